import { describe, expect, it } from 'vitest';
import { artifactsQuery, labelIds } from './artifactsQuery';

const NONE = { tag: '', tagged: '', type: '', labels: '' };

describe('artifactsQuery', () => {
  it('asks for everything without filters', () => {
    expect(artifactsQuery(NONE)).toBeUndefined();
  });

  it('finds by part of a tag', () => {
    expect(artifactsQuery({ ...NONE, tag: 'v1' })).toBe('tags=~v1');
  });

  it('finds what has any tag, and what has none', () => {
    expect(artifactsQuery({ ...NONE, tagged: '*' })).toBe('tags=*');
    expect(artifactsQuery({ ...NONE, tagged: 'nil' })).toBe('tags=nil');
  });

  it('has one condition on tags: the text', () => {
    expect(artifactsQuery({ ...NONE, tag: 'v1', tagged: 'nil' })).toBe('tags=~v1');
  });

  it('wants every label', () => {
    expect(artifactsQuery({ ...NONE, type: 'IMAGE', labels: '3,7' })).toBe('type=IMAGE,labels=(3 7)');
  });
});

describe('labelIds', () => {
  it('leaves out what is no id', () => {
    expect(labelIds('3,x,,-1,1.5,7')).toEqual([3, 7]);
    expect(labelIds(undefined)).toEqual([]);
  });
});
