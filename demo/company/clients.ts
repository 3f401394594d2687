import { DAY } from './calendar.ts';
import {
  city,
  companyName,
  latin,
  personName,
  phoneDigits,
  type CompanyName,
  type PersonName,
} from './names.ts';
import type { Random } from './random.ts';
import type { TeamKey } from './staff.ts';

export interface Contact {
  readonly id: number;
  readonly name: PersonName;
  /** Ten digits after +7; null when only an address was left. */
  readonly phones: readonly string[];
  readonly email: string | null;
  readonly position: string | null;
  readonly createdAt: number;
  readonly createdBy: number;
  companyId: number | null;
  /** The owner of the client's last deal. */
  ownerId: number;
  changedAt: number;
  /** The deals it stands on, in order. */
  readonly dealIds: number[];
  /** Hidden in the CRM while its only lead waits in «Неразобранное». */
  isUnsorted: boolean;
}

export interface Company {
  readonly id: number;
  readonly name: CompanyName;
  readonly city: string;
  readonly taxNumber: string;
  readonly createdAt: number;
  readonly createdBy: number;
  ownerId: number;
  changedAt: number;
  readonly dealIds: number[];
  readonly contactIds: number[];
}

export interface Client {
  readonly contact: Contact;
  readonly colleague: Contact | null;
  readonly company: Company | null;
}

const POSITIONS = [
  'Директор',
  'Коммерческий директор',
  'Начальник склада',
  'Закупщик',
  'Менеджер по снабжению',
  'Логист',
  'Бухгалтер',
];

/** Everybody the company has met. Numbers are given in the order of meeting. */
export class ClientBook {
  readonly contacts: Contact[] = [];
  readonly companies: Company[] = [];
  private nextContactId = 31_560_008;
  private nextCompanyId = 31_560_009;

  meet(random: Random, at: number, by: number, ownerId: number, team: TeamKey): Client {
    const companyShare = { corporate: 0.92, business: 0.55, clients: 0.8 }[team];
    const company = random.chance(companyShare) ? this.company(random, at, by, ownerId) : null;
    const contact = this.contact(random, at, by, ownerId, company);
    const colleague =
      company !== null && random.chance(0.1) ? this.contact(random, at, by, ownerId, company) : null;
    return { contact, colleague, company };
  }

  /** Clients from before the told history: they have bought already and come again. */
  remember(random: Random, count: number, start: number, ownerId: number): Client[] {
    const times = Array.from({ length: count }, () => start - random.int(5, 700) * DAY - random.int(0, DAY));
    times.sort((a, b) => a - b);
    return times.map((at) => this.meet(random, at, ownerId, ownerId, 'clients'));
  }

  private contact(random: Random, at: number, by: number, ownerId: number, company: Company | null): Contact {
    const name = personName(random);
    this.nextContactId += random.int(1, 9) * 2;
    const serial = this.contacts.length * 2;
    const hasPhone = random.chance(0.95);
    const phones = hasPhone ? [phoneDigits(serial)] : [];
    if (hasPhone && random.chance(0.07)) phones.push(phoneDigits(serial + 1));
    const mailbox = `${latin(name.first).slice(0, random.pick([1, 3, 9]))}.${latin(name.last)}`;
    const email = `${mailbox}${serial}@${company?.name.domain ?? random.pick(['pochta.example', 'mail.example', 'inbox.example'])}`;
    const contact: Contact = {
      id: this.nextContactId,
      name,
      phones,
      email: !hasPhone || random.chance(0.55) ? email : null,
      position: company !== null && random.chance(0.4) ? random.pick(POSITIONS) : null,
      createdAt: at,
      createdBy: by,
      companyId: company?.id ?? null,
      ownerId,
      changedAt: at,
      dealIds: [],
      isUnsorted: false,
    };
    company?.contactIds.push(contact.id);
    this.contacts.push(contact);
    return contact;
  }

  private company(random: Random, at: number, by: number, ownerId: number): Company {
    this.nextCompanyId += random.int(1, 9) * 2;
    const company: Company = {
      id: this.nextCompanyId,
      name: companyName(random),
      city: city(random),
      taxNumber: `00${String(random.int(0, 99_999_999)).padStart(8, '0')}`,
      createdAt: at,
      createdBy: by,
      ownerId,
      changedAt: at,
      dealIds: [],
      contactIds: [],
    };
    this.companies.push(company);
    return company;
  }
}
