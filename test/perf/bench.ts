import { buildBench } from './build.bench.ts';
import { callsBench } from './calls.bench.ts';
import { extractBench } from './extract.bench.ts';
import { durabilityBench } from './durability.bench.ts';
import { landBench } from './land.bench.ts';
import { memoryBench } from './memory.bench.ts';
import { sqlApiBench } from './sql-api.bench.ts';
import { webBench } from './web.bench.ts';

/** `npm run bench` runs all of them, `npm run bench -- land` the named ones. The names stay the same for ever, so that runs compare. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  land: landBench,
  durability: durabilityBench,
  extract: extractBench,
  memory: memoryBench,
  'sql-api': sqlApiBench,
  web: webBench,
  calls: callsBench,
  build: buildBench,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark called ${unknown.join(', ')}. Known: ${Object.keys(BENCHES).join(', ')}.`,
  );
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  console.log(`\n== ${name}`);
  await BENCHES[name]!();
}
process.exit(0);
