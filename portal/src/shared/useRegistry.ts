import { useSession } from '@/session/session';

/** How clients call this server, and whether they reach it without TLS. */
export function useRegistry(): { host: string; isPlainHttp: boolean } {
  const { system } = useSession();
  return {
    host: system.registry_url || window.location.host,
    isPlainHttp: (system.external_url ?? window.location.origin).startsWith('http:'),
  };
}
