// Builds the dashboard's files into dashboards/web/dist: for an image, so that nothing is built when it starts.
import { prebuildBundle } from './bundle.ts';

await prebuildBundle();
