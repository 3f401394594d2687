import { announceKey, fillLookup, readIdentityKey, type IdentityKey } from '../../identity/index.ts';
import type { ClientBase } from 'pg';
import type { Manifest, ModelNode } from '../project/manifest.ts';
import type { BuildContext } from './build-context.ts';

/** The lookup table that a model's rows are looked up in, from its config: `meta={'fills': 'phone_numbers'}`. */
const lookupOf = (model: ModelNode): string | undefined => {
  const name = model.config.meta?.['fills'];
  return typeof name === 'string' ? name : undefined;
};

/** Before the build's snapshot. @returns undefined when no model of the project names numbers or addresses. */
export async function identityKeyFor(
  client: ClientBase,
  manifest: Manifest,
): Promise<IdentityKey | undefined> {
  if (![...manifest.models.values()].some((model) => lookupOf(model) !== undefined)) return undefined;
  const key = await readIdentityKey();
  await announceKey(client, key);
  return key;
}

/**
 * What SQL cannot do: after a model that names phone numbers or addresses has been built, those not met before get their normal form
 * and pseudonym, in the build's own transaction, so that the models after it find them.
 */
export async function fillLookupOf(
  context: BuildContext,
  model: ModelNode,
  key: IdentityKey | undefined,
): Promise<void> {
  const lookup = lookupOf(model);
  if (lookup === undefined || key === undefined) return;
  const state = context.states.get(model.name);
  const goesOn =
    state !== undefined &&
    !context.isFull &&
    state.fingerprint === context.fingerprints.get(model.name) &&
    state.systemIdentifier === context.watermark.systemIdentifier;
  const since = goesOn ? state.through : '0';
  const isNew = !goesOn || context.changes.relation(context, model.name, state);
  const added = isNew
    ? await fillLookup(context.client, lookup, String(context.relationOf(model.name)), since, key)
    : 0;
  for (const source of context.manifest.sources.values()) {
    if (source.relation.schema === 'ops' && source.relation.identifier === lookup)
      context.changes.filled(source.key, added);
  }
}
