import { halValue, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { undocumented, withOf } from '../http/parameters.ts';
import { objectOf, type Json } from '../../stand-in/json.ts';
import { accountBeside, accountEmbedded } from '../state/account.ts';

const hidden = new Set<string>([...accountBeside, '_embedded', '_links']);

/** `GET /account` (facts §2.8). */
export function account(call: Call): Answer {
  const error = undocumented(call, { with: [...accountBeside, ...accountEmbedded] });
  if (error !== undefined) return error;
  const wanted = withOf(call);
  const whole = call.crm.account;
  const shown: Json = Object.fromEntries(Object.entries(whole).filter(([name]) => !hidden.has(name)));
  shown['current_user_id'] = call.principal.userId;
  for (const name of accountBeside) if (wanted.includes(name)) shown[name] = whole[name];
  if (wanted.includes('is_api_filter_enabled') && call.faults.state('api-filter-off'))
    shown['is_api_filter_enabled'] = false;
  shown['_links'] = { self: { href: `${call.crm.publicUrl}/api/v4/account` } };
  const embedded: Json = {};
  for (const name of accountEmbedded)
    if (wanted.includes(name)) embedded[name] = objectOf(whole['_embedded'])[name];
  if (Object.keys(embedded).length > 0) shown['_embedded'] = embedded;
  return halValue(shown);
}
