/** Commands that log a client in with a secret. Pure. */

import { quoted } from '@/shared/shell';

export interface Login {
  /** Host and port of the registry. */
  registry: string;
  name: string;
  secret: string;
  /** Without TLS skopeo has to be told so. */
  isPlainHttp: boolean;
}

export function dockerLogin({ registry, name, secret }: Login): string {
  return `printf %s ${quoted(secret)} | docker login --username ${quoted(name)} --password-stdin ${registry}`;
}

export function skopeoLogin({ registry, name, secret, isPlainHttp }: Login): string {
  const insecure = isPlainHttp ? ' --tls-verify=false' : '';
  return `printf %s ${quoted(secret)} | skopeo login${insecure} --username ${quoted(name)} --password-stdin ${registry}`;
}

/** A name for a file: without what file systems or shells give a meaning. */
export function fileName(name: string): string {
  return `${name.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}.json`;
}
