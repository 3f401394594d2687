export { IdentityKeyError } from './errors.ts';
export { IdentityKey, readIdentityKey } from './identity-key.ts';
export { announceKey, fillLookup } from './lookups.ts';
export { normaliseAddress, type NormalAddress } from './normalise-address.ts';
export { normalisePhone, type NormalPhone, type PhoneReason } from './normalise-phone.ts';
