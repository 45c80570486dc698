import { describe, expect, it } from 'vitest';
import { matrixOf } from '@/features/robots/rights';
import { about, firstQuestion, isComplete, requestOf, type Question } from './question';

const PLACE = 'registry.example:8443/shop';

function question(changed: Partial<Question> = {}): Question {
  return { ...firstQuestion('mei'), ...changed };
}

describe('a question', () => {
  it('needs a name, except about who has not signed in', () => {
    expect(isComplete(question())).toBe(true);
    expect(isComplete(question({ name: ' ' }))).toBe(false);
    expect(isComplete(question({ name: '', kind: 'anonymous' }))).toBe(true);
  });

  it('without a repository is about the project as a whole', () => {
    expect(requestOf(question({ reference: ' ' }), PLACE)).toEqual({
      principal: { type: 'user', name: 'mei' },
      resource: 'repository',
      action: 'push',
    });
  });

  it('names nobody where nobody has signed in', () => {
    expect(requestOf(question({ kind: 'anonymous' }), PLACE).principal).toEqual({ type: 'anonymous', name: '' });
  });

  it.each([
    ['app/web:v1', 'app/web:v1'],
    [' registry.example:8443/shop/app/web:v1 ', 'app/web:v1'],
    // A repository of the project may begin with the project's name.
    ['shop/web', 'shop/web'],
  ])('about %j asks for %j', (typed, asked) => {
    expect(requestOf(question({ reference: typed }), PLACE).reference).toBe(asked);
  });

  it('keeps a repository for itself where the resource has none', () => {
    const asked = requestOf(question({ resource: 'member', action: 'list', reference: 'app/web' }), PLACE);
    expect(asked).not.toHaveProperty('reference');
  });

  it('about another resource keeps the action where there is one', () => {
    const matrix = matrixOf([
      { resource: 'repository', action: 'push' },
      { resource: 'tag', action: 'list' },
      { resource: 'tag', action: 'delete' },
      { resource: 'artifact', action: 'delete' },
    ]);
    expect(about(question(), 'tag', matrix)).toMatchObject({ resource: 'tag', action: 'list' });
    expect(about(question({ action: 'delete' }), 'tag', matrix)).toMatchObject({ resource: 'tag', action: 'delete' });
  });
});
