import { z } from 'zod';
import { dateColumn, textColumn } from '../column.ts';
import type { FileKind } from '../kind.ts';
import { spanInOrder } from '../span-in-order.ts';

export const mailboxes: FileKind = {
  name: 'mailboxes',
  title: 'Mailboxes',
  description: 'Who uses which mailbox, and when.',
  words: ['почта', 'почтовые ящики', 'ящики', 'mailboxes', 'mailbox'],
  key: ['address', 'valid_from'],
  check: spanInOrder,
  columns: [
    textColumn('manager', {
      title: 'Менеджер',
      headers: ['Сотрудник', 'ФИО'],
      description: 'E-mail, name or CRM id.',
      example: 'anna@company.ru',
      required: true,
    }),
    {
      ...textColumn('address', {
        title: 'Адрес',
        headers: ['Почта', 'Ящик', 'E-mail', 'Email', 'Mailbox'],
        description: 'Address of the mailbox.',
        example: 'sales@company.ru',
        required: true,
      }),
      schema: z
        .string()
        .max(500)
        .regex(/^[^\s@]+@[^\s@]+$/u, 'expected an address like sales@company.ru'),
    },
    dateColumn('valid_from', {
      title: 'С',
      headers: ['Действует с', 'Дата с', 'From', 'Valid from'],
      description: 'First day; empty: always.',
      example: '2026-01-01',
    }),
    dateColumn('valid_to', {
      title: 'По',
      headers: ['Действует по', 'Дата по', 'To', 'Valid to', 'Until'],
      description: 'Last day; empty: still.',
    }),
  ],
};
