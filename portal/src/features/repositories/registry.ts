import { useSession } from '@/session/session';

/** The name and port clients reach this server under. */
export function useRegistryName(): string {
  return useSession().system.registry_url || window.location.host;
}
