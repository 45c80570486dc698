import { ShortToCopy } from '@/shared/Copy';
import { shortDigest } from '@/shared/format';
import { splitDigest } from './vocabulary';

/** What something happened to; a digest in its name is short, with the whole name on hover and to copy. */
export function Resource({ name }: { name: string }) {
  const { before, digest } = splitDigest(name);
  if (digest === '') return name;
  return (
    <>
      {before}
      <ShortToCopy value={name} shown={shortDigest(digest)} />
    </>
  );
}
