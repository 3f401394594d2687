import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kpiPage } from './kpi-page.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
writeFileSync(at('../docs/kpis.md'), kpiPage(at('../model')));
