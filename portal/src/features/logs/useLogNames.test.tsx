import { renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { useLogNames } from './useLogNames';
import { OPERATIONS, PROJECT_RESOURCE_TYPES } from './vocabulary';

const names = () => renderHook(useLogNames).result.current;

/** Of every row the server writes. */
const TYPES = [...PROJECT_RESOURCE_TYPES, 'configuration', 'user', 'usergroup'];

describe('names of the audit log', () => {
  it.each(TYPES)('has a readable one for %s', (type) => {
    const name = names().typeName(type);
    expect(name).toMatch(/^[A-Z][a-z ]+$/);
    for (const operation of OPERATIONS) {
      expect(names().actName(operation, type)).toMatch(/^[A-Z][a-z ]+$/);
    }
  });

  it('says what was done', () => {
    const { actName } = names();
    expect(actName('create', 'artifact-label')).toBe('Add label to artifact');
    expect(actName('create', 'immutable tag rule')).toBe('Create immutable tag rule');
    expect(actName('delete', 'robot')).toBe('Delete robot account');
    expect(actName('login', 'user')).toBe('Sign in');
  });

  it('shows what it has no words for', () => {
    const { actName, typeName } = names();
    expect(typeName('replication')).toBe('Replication');
    expect(actName('create', 'replication')).toBe('Create replication');
    expect(actName('approve', 'request')).toBe('approve request');
  });
});
