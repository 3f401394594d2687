import { forbidden, halValue, noContent, notFound, notValid, problem, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { wholeAnswer } from '../http/list.ts';
import { isObject, type Json } from '../../stand-in/json.ts';

const cards = ['lead', 'contact', 'company', 'customer', 'task'];
const settings = new Set([
  ...cards.flatMap((card) => [`add_${card}`, `update_${card}`, `delete_${card}`, `responsible_${card}`]),
  ...['lead', 'contact', 'company'].map((card) => `restore_${card}`),
  ...['lead', 'contact', 'company', 'customer'].map((card) => `note_${card}`),
  'status_lead',
  'add_talk',
  'update_talk',
  'add_chat_template_review',
]);

/** `GET/POST/DELETE /webhooks` (facts §2.16): administrators only; a POST to a known destination changes it. */
export function webhooks(call: Call): Answer {
  if (!call.principal.isAdmin) return forbidden;
  const { hooks } = call.hooks;
  if (call.method === 'GET') {
    const shown = [...hooks.values()];
    return shown.length === 0 ? noContent : wholeAnswer(call, 'webhooks', shown);
  }
  const request = parsed(call.body);
  const destination = request?.['destination'];
  if (typeof destination !== 'string' || !URL.canParse(destination))
    return notValid('destination', 'This value is not a valid URL.');
  if (call.method === 'DELETE')
    return hooks.delete(destination) ? noContent : notFound(call.method, call.path);
  if (call.method !== 'POST') return problem(405, 'Method Not Allowed', 'Method not allowed');
  const wanted = Array.isArray(request?.['settings']) ? request['settings'].map(String) : [];
  const strange = wanted.find((setting) => !settings.has(setting));
  if (wanted.length === 0 || strange !== undefined)
    return notValid('settings', 'The value you selected is not a valid choice.');
  if (hooks.size >= 100 && !hooks.has(destination))
    return problem(422, 'Unprocessable Entity', 'Webhooks limit exceeded');
  const known = hooks.get(destination);
  const hook = {
    id: known?.id ?? call.crm.nextId(),
    destination,
    created_at: known?.created_at ?? call.now,
    updated_at: call.now,
    account_id: call.crm.accountId,
    created_by: call.principal.userId,
    sort: typeof request?.['sort'] === 'number' ? request['sort'] : (known?.sort ?? 10),
    disabled: false,
    settings: wanted,
  };
  hooks.set(destination, hook);
  return halValue(hook, 201);
}

function parsed(body: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
