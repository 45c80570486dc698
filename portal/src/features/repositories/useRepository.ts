import { createContext, useContext } from 'react';
import { useParams } from 'react-router';
import type { ProjectView } from '@/api/generated';
import { projectKey, useProject } from '@/features/projects/useProject';
import { repositoryAddress } from './addresses';

export interface RepositoryPlace {
  project: ProjectView;
  /** Without the project. */
  name: string;
  fullName: string;
  /** Of its page. */
  address: string;
  /** As the API's operations name it. */
  path: { project_name: string; repository_name: string };
  /** The key of something that is asked about it. */
  key: (...more: unknown[]) => unknown[];
}

/** The name of a repository without its project, for what is shown of one among others. */
const Named = createContext<string | null>(null);

/** What is inside is about this repository, whatever the address names. */
export const InRepository = Named.Provider;

/** The repository that is around, or else the one that the address names. Whether there is one is said by what is asked about it. */
export function useRepository(): RepositoryPlace {
  const project = useProject();
  const { repositoryName = '' } = useParams();
  const name = useContext(Named) ?? repositoryName;
  return {
    project,
    name,
    fullName: `${project.name}/${name}`,
    address: repositoryAddress(project.project_id, name),
    path: { project_name: project.name, repository_name: name },
    key: (...more) => projectKey(project.project_id, 'repository', name, ...more),
  };
}
