/** The public surface of a view as its columns: what the catalog shows, what `*` means, in this order. */
export interface ViewColumn {
  readonly name: string;
  readonly kind: 'dimension' | 'measure' | 'segment';
  /** As Cube documents them: counts int8, other numbers float8, times timestamp, the rest text. Announced where nothing better is known. */
  readonly type: 'text' | 'float8' | 'int8' | 'timestamp' | 'boolean';
  /** What Postgres gives for it, where that is known: `numeric`, `integer`. */
  readonly delivered?: string;
  /** Title and definition, the column's comment. */
  readonly comment: string;
}

export interface ViewTable {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly ViewColumn[];
}

interface Member {
  readonly name: string;
  readonly type: string;
  readonly title?: string;
  readonly shortTitle?: string;
  readonly description?: string;
  readonly aggType?: string;
  readonly isVisible?: boolean;
  readonly public?: boolean;
}

/** A view in the answer of Cube's `metaConfig()`. */
export interface MetaView {
  readonly config: {
    readonly name: string;
    readonly type?: string;
    readonly title?: string;
    readonly description?: string;
    readonly isVisible?: boolean;
    readonly public?: boolean;
    readonly dimensions: readonly Member[];
    readonly measures: readonly Member[];
    readonly segments: readonly Member[];
  };
}

const COUNTS = new Set(['count', 'countDistinct', 'countDistinctApprox']);

/** The tables of the SQL API: the visible views with their visible members, as the meta of Cube for somebody has them. */
export function viewTables(meta: readonly MetaView[]): ViewTable[] {
  return meta
    .map(({ config }) => config)
    .filter(
      ({ type, isVisible, public: isPublic }) => type === 'view' && isVisible !== false && isPublic !== false,
    )
    .map((view) => ({
      name: view.name,
      comment: comment(view.title, view.description),
      columns: [
        ...view.dimensions.filter(shown).map((member) => column(member, 'dimension', dimensionType(member))),
        ...view.measures.filter(shown).map((member) => column(member, 'measure', measureType(member))),
        ...view.segments.filter(shown).map((member) => column(member, 'segment', 'boolean' as const)),
      ],
    }));
}

const shown = ({ isVisible, public: isPublic }: Member): boolean => isVisible !== false && isPublic !== false;

function column(member: Member, kind: ViewColumn['kind'], type: ViewColumn['type']): ViewColumn {
  return {
    name: member.name.slice(member.name.indexOf('.') + 1),
    kind,
    type,
    comment: comment(member.shortTitle ?? member.title, member.description),
  };
}

function dimensionType({ type }: Member): ViewColumn['type'] {
  if (type === 'number') return 'float8';
  if (type === 'time') return 'timestamp';
  return type === 'boolean' ? 'boolean' : 'text';
}

function measureType(member: Member): ViewColumn['type'] {
  return COUNTS.has(member.aggType ?? '') ? 'int8' : dimensionType(member);
}

function comment(title: string | undefined, description: string | undefined): string {
  return [title, description].filter(Boolean).join('. ').replace(/\.\. /, '. ');
}
