import { describe, expect, it } from 'vitest';
import { isJson, layersOf, parseManifest, pretty } from './manifest';

const LAYER = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: 'sha256:l', size: 7 };

describe('parseManifest', () => {
  it('reads what a manifest names, and keeps its text', () => {
    const text = JSON.stringify({
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: 'sha256:c', size: 2 },
      layers: [LAYER],
      annotations: { a: 'b' },
    });
    const manifest = parseManifest(text);
    expect(manifest.text).toBe(text);
    expect(manifest.config?.digest).toBe('sha256:c');
    expect(layersOf(manifest)).toEqual([LAYER]);
    expect(manifest.annotations).toEqual({ a: 'b' });
  });

  it.each(['', 'no JSON', '[]', '{"config": 1, "layers": [null, {"digest": 1}]}'])(
    'finds nothing in %j that is not there',
    (text) => {
      expect(parseManifest(text)).toMatchObject({ config: undefined, layers: [] });
    },
  );
});

it('writes a document with a line for every value, and leaves other texts', () => {
  expect(pretty('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(pretty('a: 1')).toBe('a: 1');
});

it('tells JSON by its media type', () => {
  expect(isJson('application/vnd.oci.image.config.v1+json')).toBe(true);
  expect(isJson('application/json; charset=utf-8')).toBe(true);
  expect(isJson('application/vnd.oci.image.layer.v1.tar+gzip')).toBe(false);
});
