import type { Call } from '../../telephony/index.ts';
import type { Client } from '../clients.ts';
import type { Employee, Team } from '../staff.ts';

/** What the company keeps in tables beside its systems. Months are `2026-03`, days `2026-03-14`, amounts whole roubles. */
export interface Books {
  readonly targets: readonly Target[];
  readonly costs: readonly Cost[];
  readonly market: readonly { readonly quarter: string; readonly amount: number }[];
  readonly surveys: readonly Survey[];
  readonly reviews: readonly Review[];
  readonly trainings: readonly Training[];
  readonly holidays: readonly { readonly day: string; readonly title: string }[];
}

export interface Target {
  readonly month: string;
  readonly manager: Employee;
  readonly amount: number;
  readonly deals: number;
  readonly newClients: number;
  readonly proposals: number;
  readonly calls: number;
}

export interface Cost {
  readonly month: string;
  readonly kind: 'sales' | 'marketing' | 'goods';
  readonly category: string;
  readonly team: Team | null;
  readonly amount: number;
}

export interface Survey {
  readonly number: number;
  readonly day: string;
  readonly client: Client;
  readonly manager: Employee;
  readonly csat: number;
  readonly nps: number;
}

/** A call somebody listened to, with a point for each item of the checklist or none. */
export interface Review {
  readonly call: Call;
  readonly day: string;
  readonly manager: Employee;
  readonly reviewer: Employee;
  readonly points: readonly (readonly [item: string, score: number])[];
}

export interface Training {
  readonly day: string;
  readonly manager: Employee;
  readonly title: string;
  readonly hours: number;
  readonly score: number | null;
}
