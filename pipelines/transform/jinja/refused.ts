/** What dbt offers in Jinja and voronka does not, with the reason and the way out. */
const REASONS: Readonly<Record<string, string>> = {
  env_var:
    'env_var is refused: a model that reads the environment gives different tables on different machines. Use var().',
  adapter: 'adapter is not available: models are rendered before the database is asked. Write the SQL out.',
  run_query:
    'run_query is not available: models are rendered before the database is asked. Use a join or a subquery.',
  statement:
    '{% call statement %} is not available: models are rendered before the database is asked. Use a join or a subquery.',
  load_result: 'load_result is not available: models are rendered before the database is asked.',
  graph: 'graph is not available.',
  modules: 'modules (Python) are not available. Use SQL functions.',
  run_started_at:
    'run_started_at is not available: it would change the model at every build. Use current_timestamp.',
  invocation_id: 'invocation_id is not available: it would change the model at every build.',
  dbt_utils: 'packages are not installed: write the macro into the project.',
};

/** Each name as a value that throws its reason when called or when a member of it is called. */
export function refusedGlobals(): ReadonlyMap<string, unknown> {
  const refused = Object.entries(REASONS).map(([name, reason]) => {
    const refuse = (): never => {
      throw new Error(reason);
    };
    return [
      name,
      new Proxy(refuse, { get: (_target, key) => (typeof key === 'string' ? refuse : undefined) }),
    ] as const;
  });
  return new Map(refused);
}

/** Turns what nunjucks says into what the author of the SQL should do. */
export function explain(message: string): string {
  const call = /Unable to call `(.*)`, which is/.exec(message)?.[1];
  if (call !== undefined) {
    const member = /\["(\w+)"\]$/.exec(call)?.[1];
    if (member !== undefined && PYTHON_METHODS.has(member)) {
      return (
        `.${member}() is a Python method and is not available (${call}). ` +
        `Use a filter, or a list of lists: {% for key, value in [['a', 1], ['b', 2]] %}.`
      );
    }
    return `\`${call}\` is not defined: no macro of the project and nothing of dbt that voronka knows has this name.`;
  }
  const tag = /unknown block tag: (\w+)/.exec(message)?.[1];
  if (tag === 'do')
    return '{% do %} is not available. Use {% set unused = … %}, or build the list with {% set %}.';
  if (tag !== undefined) return `{% ${tag} %} is not available.`;
  if (message.includes('attempted to output null or undefined value')) {
    return 'a {{ … }} has no value here: a misspelt name, or a variable that is not set.';
  }
  return message;
}

const PYTHON_METHODS = new Set(
  'items keys values append extend update format upper lower strip startswith endswith get pop'.split(' '),
);
