import { describe, expect, it } from 'vitest';
import { unescapeDescription } from './description';

describe('unescapeDescription', () => {
  it('gives back what was written', () => {
    expect(unescapeDescription('a &lt;b&gt; &amp; &#34;c&#34; &#39;d&#39;')).toBe('a <b> & "c" \'d\'');
  });

  it('undoes one escaping, not two', () => {
    expect(unescapeDescription('&amp;lt;')).toBe('&lt;');
  });

  it('leaves other entities alone', () => {
    expect(unescapeDescription('&nbsp;&copy;')).toBe('&nbsp;&copy;');
  });
});
