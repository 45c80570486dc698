import { describe, expect, it } from 'vitest';
import { dockerLogin, fileName, skopeoLogin } from './commands';

const LOGIN = { registry: 'reg.example.com', name: 'robot$shop+ci', secret: 'S3cret', isPlainHttp: false };

describe('commands to log in', () => {
  it('keep the name and the secret from the shell and the secret from the list of processes', () => {
    expect(dockerLogin(LOGIN)).toBe(
      "printf %s S3cret | docker login --username 'robot$shop+ci' --password-stdin reg.example.com",
    );
    expect(skopeoLogin(LOGIN)).toBe(
      "printf %s S3cret | skopeo login --username 'robot$shop+ci' --password-stdin reg.example.com",
    );
  });

  it('say that there is no TLS where there is none', () => {
    expect(skopeoLogin({ ...LOGIN, isPlainHttp: true })).toContain('skopeo login --tls-verify=false ');
  });

  it('put the secret into a file whose name any system takes', () => {
    expect(fileName('robot$shop+ci')).toBe('robot-shop-ci.json');
  });
});
