import { useSession } from '@/session/session';

export interface Registry {
  /** How clients call this server. */
  host: string;
  /** Whether they reach it without TLS. */
  isPlainHttp: boolean;
  /** Where the certificate of the authority that they must trust is; null: there is none of its own. */
  certificate: string | null;
}

/** What clients have to know of this server. */
export function useRegistry(): Registry {
  const { system } = useSession();
  return {
    host: system.registry_url || window.location.host,
    isPlainHttp: (system.external_url ?? window.location.origin).startsWith('http:'),
    certificate: system.has_ca_root ? '/api/v2.0/systeminfo/getcert' : null,
  };
}
