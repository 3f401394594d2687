import { badFilter, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { allOf, filterOf, momentOrRangeOf, type Range } from '../http/parameters.ts';
import { listedValuesOf, valuesOf, type PhpQuery } from '../http/php-query.ts';
import { isObject, objectsOf, objectOf, type Json } from '../../stand-in/json.ts';
import type { EventRow } from '../state/row.ts';
import { fromWire } from '../wire-text.ts';
import { fits, isCustomFieldType, isKnownType } from './event-types.ts';

export const eventFilters = [
  'id',
  'created_at',
  'created_by',
  'entity',
  'entity_id',
  'type',
  'value_before',
  'value_after',
];

type Test = (row: EventRow) => boolean;

export interface EventFilter {
  readonly range?: Range;
  readonly where?: Test | undefined;
}

const entityForm = /^(lead|contact|company|customer|task|catalog_\d+)$/;
const chatTypes = new Set(['incoming_chat_message', 'outgoing_chat_message']);
const conflict = 'Given filter conflict with other params';

/** The filter of `/events` with every refusal that is documented or has been seen (facts §2.11). */
export function eventFilter(call: Call): EventFilter | Answer {
  const filter = filterOf(call);
  const refuse = (reason: string, detail?: string): Answer => {
    call.unexpected(reason);
    return badFilter(detail);
  };
  const created = filter['created_at'];
  const range = momentOrRangeOf(created);
  if (created !== undefined && range === undefined)
    return refuse('filter[created_at] is not a moment or a range');
  if (range !== undefined && range.from === undefined) return refuse('filter[created_at][to] without [from]');
  const types = listedValuesOf(filter['type']);
  const unknown = types.find((type) => !isKnownType(type));
  if (unknown !== undefined) return refuse(`unknown event type ${unknown}`);
  if (types.length > 1 && types.some(isCustomFieldType))
    return refuse('a custom field’s type mixed with others', conflict);
  const entities = listedValuesOf(filter['entity']);
  const strange = entities.find((entity) => !entityForm.test(entity));
  if (strange !== undefined) return refuse(`filter[entity]=${strange} (singular names only)`);
  if (call.faults.state('events-strict-entity') && (entities.length > 1 || entities.includes('customer')))
    return badFilter();
  if (entities.length > 0) {
    const misfit = types.find((type) => !entities.some((entity) => fits(type, entity)));
    if (misfit !== undefined)
      return refuse(
        `${misfit} does not happen to ${entities.join(', ')}`,
        "Entity doesn't match type filter",
      );
  }
  const creators = listedValuesOf(filter['created_by']).map(Number);
  const ids = listedValuesOf(filter['entity_id']).map(Number);
  if (creators.length > 10) return refuse('more than 10 ids in filter[created_by]');
  if (ids.length > 10) return refuse('more than 10 ids in filter[entity_id]');
  if (ids.length > 0 && entities.length !== 1)
    return refuse('filter[entity_id] needs exactly one filter[entity]', conflict);
  const before = valueTest(filter['value_before'], 'value_before', types);
  const after = valueTest(filter['value_after'], 'value_after', types);
  if (before === 'refused' || after === 'refused')
    return refuse('a filter by value that does not fit the types', conflict);
  const eventIds = new Set(listedValuesOf(filter['id']));
  const where = allOf<EventRow>([
    eventIds.size === 0 ? undefined : (row) => eventIds.has(row.id as string),
    types.length === 0 ? undefined : typeTest(types),
    entities.length === 0 ? undefined : (row) => entities.includes(filteredEntity(row)),
    ids.length === 0 ? undefined : (row) => ids.includes(filteredId(row)),
    creators.length === 0 ? undefined : (row) => creators.includes(row.createdBy),
    before,
    after,
  ]);
  return { ...(range === undefined ? {} : { range }), where };
}

function typeTest(types: readonly string[]): Test {
  const wanted = new Set(types);
  // `custom_field_value_changed` stands for the changes of every field.
  const any = wanted.has('custom_field_value_changed');
  return (row) => wanted.has(row.type) || (any && isCustomFieldType(row.type));
}

/** A chat message of a linked talk is shown on the lead, but found under the contact (facts §2.11, chat quirk). */
function filteredEntity(row: EventRow): string {
  return linkedContact(row) === undefined ? row.entityType : 'contact';
}

function filteredId(row: EventRow): number {
  return linkedContact(row) ?? row.entityId;
}

function linkedContact(row: EventRow): number | undefined {
  if (!chatTypes.has(row.type)) return undefined;
  const entity = objectOf(objectOf(eventOf(row)['_embedded'])['entity']);
  return typeof entity['linked_talk_contact_id'] === 'number' ? entity['linked_talk_contact_id'] : undefined;
}

function eventOf(row: EventRow): Json {
  return JSON.parse(fromWire(`${row.text}}}}`)) as Json;
}

/** `filter[value_before]` / `filter[value_after]`: each kind of value belongs to certain types. */
function valueTest(
  value: string | PhpQuery | undefined,
  side: 'value_before' | 'value_after',
  types: readonly string[],
): Test | undefined | 'refused' {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return 'refused';
  const tests: Test[] = [];
  for (const [kind, wanted] of Object.entries(value)) {
    if (kind === 'leads_statuses' || kind === 'customers_statuses') {
      const key = kind === 'leads_statuses' ? 'lead_status' : 'customer_status';
      const statuses =
        typeof wanted === 'object' ? Object.values(wanted).filter((one) => typeof one === 'object') : [];
      if (statuses.length === 0) return 'refused';
      tests.push(
        elementTest(side, (element) => statuses.some((status) => sameStatus(objectOf(element[key]), status))),
      );
    } else if (kind === 'responsible_user_id') {
      const users = new Set(listedValuesOf(wanted));
      tests.push(
        elementTest(side, (element) => users.has(String(objectOf(element['responsible_user'])['id']))),
      );
    } else if (kind === 'custom_field_values') {
      if (types.length !== 1 || !isCustomFieldType(types[0] ?? '')) return 'refused';
      const enums = new Set(listedValuesOf(wanted));
      tests.push(
        elementTest(side, (element) => enums.has(String(objectOf(element['custom_field_value'])['enum_id']))),
      );
    } else if (kind === 'value') {
      const values = new Set(valuesOf(wanted));
      tests.push(
        elementTest(side, (element) =>
          Object.values(element).some(
            (one) => isObject(one) && Object.values(one).some((leaf) => values.has(String(leaf))),
          ),
        ),
      );
    } else return 'refused';
  }
  return allOf(tests);
}

function sameStatus(shown: Json, wanted: PhpQuery): boolean {
  const { status_id: status, pipeline_id: pipeline } = wanted;
  return (
    String(shown['id']) === status && (pipeline === undefined || String(shown['pipeline_id']) === pipeline)
  );
}

function elementTest(side: 'value_before' | 'value_after', test: (element: Json) => boolean): Test {
  return (row) => objectsOf(eventOf(row)[side]).some(test);
}
