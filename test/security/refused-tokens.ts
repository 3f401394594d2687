import { createHmac, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { issueToken } from '../../cube/auth.ts';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
const claims = () => ({ role: 'executive', teams: [], managers: [], exp: inAnHour() });
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A token with any header, signed by HMAC-SHA256 with any key. */
const handmade = (header: object, payload: object, key: string): string => {
  const body = `${base64(header)}.${base64(payload)}`;
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
};

/** What is no token of a server with this secret, by what is wrong with it. */
export const refusedTokens = (secret: string): readonly (readonly [string, () => string])[] => [
  ['none at all', () => ''],
  ['nonsense', () => 'nonsense'],
  ['a forged signature', () => jwt.sign(claims(), 'another secret of forty characters or more')],
  ['claims changed after signing', () => {
    const [header, , signature] = issueToken({ secret, role: 'manager', managers: ['1:101'] }).split('.');
    return `${header}.${base64(claims())}.${signature}`;
  }],
  ['no signature', () => `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64(claims())}.`],
  ['algorithm none', () => jwt.sign(claims(), '', { algorithm: 'none' })],
  ['algorithm None with a signature', () => handmade({ alg: 'None', typ: 'JWT' }, claims(), secret)],
  ['HS384 with the right secret', () => jwt.sign(claims(), secret, { algorithm: 'HS384' })],
  ['HS512 with the right secret', () => jwt.sign(claims(), secret, { algorithm: 'HS512' })],
  ['RS256', () => jwt.sign(claims(), privateKey, { algorithm: 'RS256' })],
  ['HS256 signed with a public key', () => handmade({ alg: 'HS256', typ: 'JWT' }, claims(), publicPem)],
  ['an expired one', () => jwt.sign({ ...claims(), exp: Math.floor(Date.now() / 1000) - 1 }, secret)],
  ['one not valid yet', () => jwt.sign({ ...claims(), nbf: inAnHour() }, secret)],
  ['one that never expires', () => jwt.sign({ role: 'executive' }, secret)],
  ['no claims', () => jwt.sign({ exp: inAnHour() }, secret)],
  ['no role', () => jwt.sign({ teams: ['North'], managers: ['1:101'], exp: inAnHour() }, secret)],
  ['an unknown role', () => jwt.sign({ ...claims(), role: 'admin' }, secret)],
  ['a list of roles', () => jwt.sign({ ...claims(), role: ['executive'] }, secret)],
  ['a role inside the old "u" claim', () => jwt.sign({ u: claims(), exp: inAnHour() }, secret)],
  ['a head without teams', () => jwt.sign({ role: 'head', teams: [], exp: inAnHour() }, secret)],
  ['a manager without ids', () => jwt.sign({ role: 'manager', exp: inAnHour() }, secret)],
  ['a manager whose id is empty', () => jwt.sign({ role: 'manager', managers: [''], exp: inAnHour() }, secret)],
  ['a manager whose ids are no list', () => jwt.sign({ role: 'manager', managers: '1:101', exp: inAnHour() }, secret)],
  ['a manager whose ids are objects', () => jwt.sign({ role: 'manager', managers: [{ $ne: 1 }], exp: inAnHour() }, secret)],
]; // prettier-ignore
