import type { Random } from './random.ts';

/** How a lead came in. `label` is the value of the custom field «Источник». */
export interface Channel {
  readonly key: 'form' | 'call' | 'ad' | 'chat' | 'referral' | 'exhibition' | 'cold' | 'repeat';
  readonly label: string;
  readonly enumId: number;
  /** Added to the hidden quality of its leads. */
  readonly quality: number;
}

const channel = (key: Channel['key'], enumId: number, quality: number, label: string): Channel => ({
  key,
  label,
  enumId,
  quality,
});

export const CHANNELS = {
  form: channel('form', 1_204_010, 0, 'Форма на сайте'),
  call: channel('call', 1_204_012, 0.5, 'Входящий звонок'),
  ad: channel('ad', 1_204_014, -0.35, 'Контекстная реклама'),
  chat: channel('chat', 1_204_016, -0.2, 'Чат на сайте'),
  referral: channel('referral', 1_204_018, 1, 'Рекомендация'),
  exhibition: channel('exhibition', 1_204_020, 0.1, 'Выставка'),
  cold: channel('cold', 1_204_022, -0.6, 'Холодный обзвон'),
  repeat: channel('repeat', 1_204_024, 0.3, 'Повторное обращение'),
} as const;

export interface Utm {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string | null;
}

export interface Source {
  readonly channel: Channel;
  /** Nobody filled «Источник». */
  readonly isUnnamed: boolean;
  readonly utm: Utm | null;
}

const AD_CAMPAIGNS = [
  'brand_msk',
  'stellazhi_poisk',
  'upakovka_rsya',
  'stretch_poisk',
  'pallet_rack',
  'retarget',
];

/** At night, at weekends and on holidays nobody calls: what comes then comes from the site. */
export function drawSource(random: Random, isWorkingTime: boolean): Source {
  const channel = isWorkingTime
    ? random.weighted([
        [CHANNELS.form, 33],
        [CHANNELS.call, 27],
        [CHANNELS.ad, 20],
        [CHANNELS.chat, 8],
        [CHANNELS.referral, 6],
        [CHANNELS.exhibition, 3],
        [CHANNELS.cold, 5],
      ])
    : random.weighted([
        [CHANNELS.form, 52],
        [CHANNELS.ad, 36],
        [CHANNELS.chat, 12],
      ]);
  return { channel, isUnnamed: random.chance(0.03), utm: drawUtm(channel, random) };
}

function drawUtm({ key }: Channel, random: Random): Utm | null {
  if (key === 'ad') {
    const source = random.weighted([
      ['yandex', 78],
      ['vk', 14],
      ['telegram', 8],
    ] as const);
    return { source, medium: 'cpc', campaign: random.pick(AD_CAMPAIGNS) };
  }
  if (key !== 'form' && key !== 'chat') return null;
  if (random.chance(0.35)) return null;
  const source = random.weighted([
    ['yandex', 55],
    ['google', 33],
    ['2gis', 12],
  ] as const);
  return { source, medium: 'organic', campaign: null };
}
