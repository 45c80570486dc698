// What a first visit loads in scripts: what every page needs, and what the page that is opened needs besides. Bytes,
// compressed with gzip: what the browser that knows the least is sent. Fails when a page is over the budget.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET = 250_000;
const root = new URL('../../src/moorage/portal/assets', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8'));

function scripts(key, found = new Set()) {
  const chunk = manifest[key];
  if (!found.has(chunk.file)) {
    found.add(chunk.file);
    for (const needed of chunk.imports ?? []) scripts(needed, found);
  }
  return found;
}

const size = (files) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(root, file)), { level: 9 }).length, 0);

const first = scripts('index.html');
const rows = [['first load', size(first), 0]];
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue;
  const more = [...scripts(key)].filter((file) => !first.has(file));
  rows.push([key.replace(/^src\//, ''), size(first) + size(more), size(more)]);
}
rows.sort((a, b) => b[1] - a[1]);
for (const [name, total, own] of rows) {
  console.log(`${String(total).padStart(8)}  ${String(own).padStart(8)}  ${name}`);
}
const over = rows.filter(([, total]) => total > BUDGET);
if (over.length > 0) {
  console.error(`Over the budget of ${BUDGET} bytes: ${over.map(([name]) => name).join(', ')}`);
  process.exit(1);
}
