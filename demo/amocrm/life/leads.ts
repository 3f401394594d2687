import { StandInUsageError } from '../../stand-in/errors.ts';
import { intOf, objectOf, objectsOf, type Json } from '../../stand-in/json.ts';
import { cardRow } from '../state/cards.ts';
import type { Crm } from '../state/crm.ts';
import type { CardRow } from '../state/row.ts';
import { leadForm } from '../webhooks/lead-form.ts';
import type { Scene } from './scene.ts';

const won = 142;
const lost = 143;

/** Where a lead goes: a status, and a pipeline when it changes too. */
export interface Target {
  readonly status_id: number;
  readonly pipeline_id?: number;
}

export interface NewLead extends Json {
  readonly pipeline_id?: number;
  readonly status_id?: number;
}

/** The first ordinary stage of the first pipeline. */
function firstStage(crm: Crm): Required<Target> {
  for (const [pipeline_id, pipeline] of crm.pipelines) {
    const stages = objectsOf(objectOf(pipeline['_embedded'])['statuses']);
    const first = stages.find((stage) => stage['type'] !== 1 && stage['id'] !== won && stage['id'] !== lost);
    if (first !== undefined) return { pipeline_id, status_id: intOf(first['id']) };
  }
  throw new StandInUsageError('The stand-in has no pipeline with an ordinary stage.');
}

function tell(scene: Scene, lead: Json, action: string, old: Json = {}): void {
  scene.tell({ setting: `${action}_lead`, key: 'leads', action, item: leadForm(lead, old) });
}

/** What managers, robots and administrators do with leads. Ids, fields and shapes are the API's; `by` is who does it (0 = robot). */
export function leadLife(scene: Scene) {
  const { crm } = scene;
  const lead = (id: number) => scene.card('leads', id);
  const actor = (card: Json, by: number | undefined) => by ?? intOf(card['responsible_user_id']);

  function createLead(fields: NewLead = {}, by?: number): number {
    const now = scene.now();
    const id = typeof fields['id'] === 'number' ? fields['id'] : crm.nextId();
    const responsible = intOf(fields['responsible_user_id'], intOf(crm.account['current_user_id']));
    const who = by ?? responsible;
    const card: Json = {
      name: `Сделка #${id}`,
      responsible_user_id: responsible,
      ...firstStage(crm),
      created_by: who,
      created_at: now,
      updated_at: now,
      ...fields,
      id,
    };
    scene.save('leads', card);
    scene.emit('lead_added', 'lead', id, who, [{ note: { id: crm.nextId() } }]);
    tell(scene, lead(id), 'add');
    return id;
  }

  function moveLead(id: number, target: Target, by?: number, more: Json = {}): void {
    const card = lead(id);
    const { pipeline_id: pipeline = intOf(card['pipeline_id']), status_id: status } = target;
    const isClosed = status === won || status === lost;
    // What happens to closed_at when a lead is opened again is not known; it stays, which is the harder case for a reader.
    const fields = {
      pipeline_id: pipeline,
      status_id: status,
      ...(isClosed ? { closed_at: scene.now() } : {}),
      ...more,
    };
    const changed = scene.change('leads', card, fields, actor(card, by));
    scene.emit(
      'lead_status_changed',
      'lead',
      id,
      actor(card, by),
      [{ lead_status: { id: status, pipeline_id: pipeline } }],
      [{ lead_status: { id: card['status_id'], pipeline_id: card['pipeline_id'] } }],
    );
    tell(scene, changed, 'status', card);
  }

  function changePrice(id: number, price: number, by?: number): void {
    const card = lead(id);
    const changed = scene.change('leads', card, { price }, actor(card, by));
    const value = (sale: unknown) => [{ sale_field_value: { sale } }];
    scene.emit('sale_field_changed', 'lead', id, actor(card, by), value(price), value(card['price']));
    tell(scene, changed, 'update');
  }

  function changeOwner(id: number, userId: number, by?: number): void {
    const card = lead(id);
    const changed = scene.change('leads', card, { responsible_user_id: userId }, actor(card, by));
    const value = (user: unknown) => [{ responsible_user: { id: user } }];
    scene.emit(
      'entity_responsible_changed',
      'lead',
      id,
      actor(card, by),
      value(userId),
      value(card['responsible_user_id']),
    );
    tell(scene, changed, 'responsible', card);
  }

  function rename(id: number, name: string, by?: number): void {
    const card = lead(id);
    const changed = scene.change('leads', card, { name }, actor(card, by));
    const value = (text: unknown) => [{ name_field_value: { name: text } }];
    scene.emit('name_field_changed', 'lead', id, actor(card, by), value(name), value(card['name']));
    tell(scene, changed, 'update');
  }

  function closeWon(id: number, price?: number, by?: number): void {
    if (price !== undefined) changePrice(id, price, by);
    moveLead(id, { status_id: won }, by, { loss_reason_id: null });
  }

  function closeLost(id: number, reasonId?: number, by?: number): void {
    if (reasonId !== undefined && !crm.lossReasons.has(reasonId)) {
      throw new StandInUsageError(`There is no loss reason ${reasonId} in the stand-in.`);
    }
    moveLead(id, { status_id: lost }, by, { loss_reason_id: reasonId ?? null });
  }

  /** Back into work; the loss reason stays on the card (issues 88 and 99 of the official client). */
  function reopen(id: number, target?: Target, by?: number): void {
    moveLead(
      id,
      target ?? { status_id: firstStage(crm).status_id, pipeline_id: firstStage(crm).pipeline_id },
      by,
    );
  }

  function deleteLead(id: number, by?: number): void {
    const card = lead(id);
    const who = actor(card, by);
    const changed = { ...card, updated_at: scene.now(), updated_by: who };
    crm.leads.remove(id);
    crm.bin.put(cardRow('leads', changed, crm));
    scene.emit('lead_deleted', 'lead', id, who);
    scene.tell({
      setting: 'delete_lead',
      key: 'leads',
      action: 'delete',
      item: { id, status_id: card['status_id'], pipeline_id: card['pipeline_id'] },
    });
  }

  function restoreLead(id: number, by?: number): void {
    const row = binned(id);
    const card = crm.card('leads', row);
    const who = actor(card, by);
    crm.bin.remove(id);
    scene.change('leads', card, {}, who);
    scene.emit('lead_restored', 'lead', id, who);
    tell(scene, lead(id), 'restore');
  }

  /** Emptied from the bin: no list and no event knows it any more. */
  function purgeLead(id: number): void {
    binned(id);
    crm.bin.remove(id);
  }

  function binned(id: number): CardRow {
    const row = crm.bin.get(id);
    if (row === undefined)
      throw new StandInUsageError(`There is no lead ${id} in the stand-in's recycle bin.`);
    return row;
  }

  /**
   * Changes many leads in one second, as a bulk action in the CRM does: all get one `updated_at`. Takes ids, or how many (the first
   * ones by id); by default they get another owner.
   */
  function bulkUpdate(which: number | readonly number[], fields: Json = {}, by = 0): number[] {
    const ids =
      typeof which === 'number'
        ? crm.leads
            .sorted('tie')
            .slice(0, which)
            .map((row) => row.id as number)
        : [...which];
    const rows: CardRow[] = [];
    for (const id of ids) {
      const card = lead(id);
      const changed: Json = { ...card, ...fields, updated_at: scene.now(), updated_by: by };
      rows.push(cardRow('leads', changed, crm));
      const { status_id: status, pipeline_id: pipeline, responsible_user_id: owner, price } = changed;
      if (status !== card['status_id'] || pipeline !== card['pipeline_id']) {
        const before = { id: card['status_id'], pipeline_id: card['pipeline_id'] };
        scene.emit(
          'lead_status_changed',
          'lead',
          id,
          by,
          [{ lead_status: { id: status, pipeline_id: pipeline } }],
          [{ lead_status: before }],
        );
      }
      if (owner !== card['responsible_user_id']) {
        const before = [{ responsible_user: { id: card['responsible_user_id'] } }];
        scene.emit(
          'entity_responsible_changed',
          'lead',
          id,
          by,
          [{ responsible_user: { id: owner } }],
          before,
        );
      }
      if (price !== card['price']) {
        const before = [{ sale_field_value: { sale: card['price'] } }];
        scene.emit('sale_field_changed', 'lead', id, by, [{ sale_field_value: { sale: price } }], before);
      }
    }
    crm.leads.putAll(rows);
    return ids;
  }

  return {
    createLead,
    moveLead,
    changePrice,
    changeOwner,
    rename,
    closeWon,
    closeLost,
    reopen,
    deleteLead,
    restoreLead,
    purgeLead,
    bulkUpdate,
  };
}
