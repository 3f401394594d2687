export type { Books } from './books.ts';
export { keepBooks } from './keep-books.ts';
export { writeSheets, type Sheet } from './sheet.ts';
export { sheetsOf } from './sheets.ts';
