// Packs what was built, once, so that the server need not: beside each file that gets smaller its .br and .gz.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = new URL('../../src/moorage/portal/assets', import.meta.url).pathname;
const PACKABLE = /\.(?:js|css|html|svg|json)$/;

for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !PACKABLE.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  const packed = {
    br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    gz: gzipSync(plain, { level: 9 }),
  };
  for (const [extension, content] of Object.entries(packed)) {
    if (content.length < plain.length) writeFileSync(`${path}.${extension}`, content);
  }
}
