import { isObject, objectsOf, type Json } from '../../stand-in/json.ts';

/** A lead as webhooks show it (facts §2.16): the names of the older API, `old_…` beside what changed. */
export function leadForm(lead: Json, old: Json): Json {
  const changed: Json = {};
  if (old['status_id'] !== undefined && old['status_id'] !== lead['status_id'])
    changed['old_status_id'] = old['status_id'];
  if (old['pipeline_id'] !== undefined && old['pipeline_id'] !== lead['pipeline_id']) {
    changed['old_pipeline_id'] = old['pipeline_id'];
  }
  if (
    old['responsible_user_id'] !== undefined &&
    old['responsible_user_id'] !== lead['responsible_user_id']
  ) {
    changed['old_responsible_user_id'] = old['responsible_user_id'];
  }
  return {
    id: lead['id'],
    name: lead['name'],
    ...changed,
    status_id: lead['status_id'],
    price: lead['price'],
    responsible_user_id: lead['responsible_user_id'],
    ...common(lead),
    pipeline_id: lead['pipeline_id'],
  };
}

/** A contact or a company: both come under `contacts`, told apart by `type`. */
export function clientForm(card: Json, type: 'contact' | 'company'): Json {
  return {
    id: card['id'],
    name: card['name'],
    responsible_user_id: card['responsible_user_id'],
    ...common(card),
    type,
  };
}

function common(card: Json): Json {
  const fields = objectsOf(card['custom_fields_values']).map((field) => ({
    id: field['field_id'],
    name: field['field_name'],
    values: objectsOf(field['values']).map((one) =>
      'enum_id' in one ? { value: one['value'], enum: one['enum_id'] } : one['value'],
    ),
    ...(field['field_code'] == null ? {} : { code: field['field_code'] }),
  }));
  return {
    date_create: card['created_at'],
    last_modified: card['updated_at'],
    created_user_id: card['created_by'],
    modified_user_id: card['updated_by'],
    account_id: card['account_id'],
    ...(fields.length > 0 ? { custom_fields: fields } : {}),
    created_at: card['created_at'],
    updated_at: card['updated_at'],
  };
}

/** `leads[status][0][id]=…`: every value a string, nothing for null. */
export function bracketedForm(value: unknown): string {
  const parts: string[] = [];
  const walk = (one: unknown, name: string) => {
    if (one === null || one === undefined) return;
    if (Array.isArray(one)) one.forEach((below, place) => walk(below, `${name}[${place}]`));
    else if (isObject(one))
      for (const [key, below] of Object.entries(one)) walk(below, name === '' ? key : `${name}[${key}]`);
    else {
      const text =
        typeof one === 'string' ? one : JSON.stringify(typeof one === 'boolean' ? Number(one) : one);
      parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(text).replaceAll('%20', '+')}`);
    }
  };
  walk(value, '');
  return parts.join('&');
}
