import type { Random } from './random.ts';

// prettier-ignore
const MALE = [
  'Алексей', 'Андрей', 'Антон', 'Артём', 'Борис', 'Вадим', 'Виктор', 'Глеб', 'Григорий', 'Денис', 'Дмитрий', 'Егор',
  'Иван', 'Игорь', 'Илья', 'Кирилл', 'Константин', 'Леонид', 'Максим', 'Михаил', 'Никита', 'Олег', 'Павел', 'Роман',
  'Семён', 'Сергей', 'Станислав', 'Тимур', 'Фёдор', 'Юрий',
];
// prettier-ignore
const FEMALE = [
  'Алина', 'Алла', 'Анастасия', 'Анна', 'Валерия', 'Вера', 'Виктория', 'Галина', 'Дарья', 'Евгения', 'Екатерина', 'Елена',
  'Жанна', 'Инна', 'Ирина', 'Ксения', 'Лариса', 'Любовь', 'Маргарита', 'Марина', 'Мария', 'Надежда', 'Наталья', 'Оксана',
  'Ольга', 'Полина', 'Светлана', 'Софья', 'Татьяна', 'Юлия',
];
/** Masculine forms that become feminine with an «а». */
// prettier-ignore
const SURNAMES = [
  'Абрамцев', 'Авдотьин', 'Багрецов', 'Белозёров', 'Березин', 'Бортников', 'Ветлугин', 'Вешняков', 'Волочанинов', 'Гладышев',
  'Глухарёв', 'Горбатов', 'Городнов', 'Дементьев', 'Донцов', 'Дроздецов', 'Елагин', 'Ерохин', 'Жаворонков', 'Жигалов',
  'Заволжин', 'Зарубин', 'Звягинцев', 'Зимин', 'Истомин', 'Кадочников', 'Калинов', 'Камышин', 'Карпухин', 'Клинцов',
  'Колесов', 'Кольцов', 'Корнеев', 'Костромин', 'Кречетов', 'Кубышкин', 'Ладыгин', 'Ласточкин', 'Лебяжьев', 'Лисицын',
  'Лугинин', 'Лучников', 'Мальцев', 'Медников', 'Мещерин', 'Милованов', 'Мостовов', 'Мышкин', 'Нагибин', 'Нечаев',
  'Новинков', 'Овсянников', 'Огородов', 'Ольшанов', 'Осокин', 'Павлищев', 'Пересветов', 'Плотников', 'Полуянов', 'Пряхин',
  'Радищев', 'Ракитин', 'Родников', 'Рябинин', 'Савёлов', 'Садовников', 'Самсонов', 'Светлов', 'Сибиряков', 'Скворцов',
  'Солодов', 'Сорокин', 'Стрельцов', 'Сухарев', 'Тальянов', 'Терентьев', 'Тихомиров', 'Травников', 'Тучков', 'Угольников',
  'Ушаков', 'Фадеев', 'Филатов', 'Хлебников', 'Холмов', 'Цветков', 'Чаплыгин', 'Черемисин', 'Чижов', 'Шадрин',
  'Шапошников', 'Широков', 'Шубин', 'Щеглов', 'Щукин', 'Юдин', 'Якушев', 'Яровов', 'Ясенев', 'Яхонтов',
];
// prettier-ignore
const ROOTS = [
  'Альтаир', 'Арсенал', 'Атлант', 'Балтика', 'Бастион', 'Берег', 'Вектор', 'Восход', 'Гарант', 'Гранит', 'Диамант', 'Заря',
  'Импульс', 'Каскад', 'Квант', 'Контур', 'Кристалл', 'Лагуна', 'Магистраль', 'Маяк', 'Меридиан', 'Монолит', 'Навигатор',
  'Оптима', 'Орбита', 'Паритет', 'Пилот', 'Полюс', 'Призма', 'Прогресс', 'Радиус', 'Ресурс', 'Родник', 'Рубеж', 'Сатурн',
  'Север', 'Сигма', 'Спектр', 'Старт', 'Стандарт', 'Титан', 'Тополь', 'Факел', 'Форвард', 'Формат', 'Эверест', 'Эталон', 'Юпитер',
];
// prettier-ignore
const TRADES = [
  'Логистик', 'Снаб', 'Торг', 'Строй', 'Маркет', 'Продукт', 'Пром', 'Сервис', 'Агро', 'Фарм', 'Мебель', 'Текстиль', 'Авто',
  'Электро', 'Инжиниринг', 'Склад', 'Техника', 'Пак', 'Трейд', 'Групп',
];
// prettier-ignore
const CITIES = [
  ['Москва', 30], ['Санкт-Петербург', 14], ['Екатеринбург', 7], ['Новосибирск', 6], ['Казань', 6], ['Нижний Новгород', 5],
  ['Краснодар', 5], ['Самара', 4], ['Ростов-на-Дону', 4], ['Челябинск', 3], ['Воронеж', 3], ['Тула', 2], ['Пермь', 2], ['Тверь', 1],
] as const;

// prettier-ignore
const LATIN: Readonly<Record<string, string>> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'y', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o',
  п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'h', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya',
};

export interface PersonName {
  readonly first: string;
  readonly last: string;
}

export function personName(random: Random): PersonName {
  const surname = random.pick(SURNAMES);
  return random.chance(0.46)
    ? { first: random.pick(FEMALE), last: `${surname}а` }
    : { first: random.pick(MALE), last: surname };
}

export function latin(text: string): string {
  let written = '';
  for (const letter of text.toLowerCase())
    written += LATIN[letter] ?? (/[a-z0-9]/.test(letter) ? letter : '');
  return written;
}

export interface CompanyName {
  readonly name: string;
  /** Under the reserved top-level name `.example` (RFC 2606): never a real address. */
  readonly domain: string;
}

export function companyName(random: Random): CompanyName {
  const form = random.weighted([
    ['ООО', 70],
    ['АО', 8],
    ['ИП', 10],
    ['ТД', 12],
  ] as const);
  if (form === 'ИП') {
    const { first, last } = personName(random);
    return { name: `ИП ${last} ${first.slice(0, 1)}.`, domain: `ip-${latin(last)}.example` };
  }
  const root = random.pick(ROOTS);
  const trade = random.pick(TRADES);
  const joined = random.chance(0.5) ? `${root}${trade}` : `${root} ${trade}`;
  return { name: `${form} «${joined}»`, domain: `${latin(root)}-${latin(trade)}.example` };
}

export function city(random: Random): string {
  return random.weighted(CITIES);
}

/** The codes +7 973 to +7 975: in the plan's mobile range, with no operator behind them, as far as is known. */
export function phoneDigits(serial: number): string {
  const scattered = (serial * 7_654_321 + 1_234_567) % 10_000_000;
  return `${973 + (Math.floor(serial / 10_000_000) % 3)}${String(scattered).padStart(7, '0')}`;
}

/** The same number as people and forms write it. */
export function spelledPhone(digits: string, random: Random): string {
  const [code, a, b, c] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 8), digits.slice(8)];
  switch (random.int(0, 9)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `+7${digits}`;
    case 4:
      return `7${digits}`;
    case 5:
      return `8${digits}`;
    case 6:
      return `+7 (${code}) ${a}-${b}-${c}`;
    case 7:
      return `8 (${code}) ${a} ${b} ${c}`;
    case 8:
      return `+7 ${code} ${a}-${b}-${c}`;
    default:
      return digits;
  }
}
