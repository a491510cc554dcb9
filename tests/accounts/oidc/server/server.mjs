// An OpenID provider on this machine: `node server.mjs ADDRESS_THAT_BROWSERS_COME_BACK_TO`. It prints its issuer.
// Whoever types a name at its login form is that person: the part before @ decides what is said of them.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const back = process.argv.slice(2);
const key = (algorithm, options, kid, alg) => ({
  ...generateKeyPairSync(algorithm, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig',
});
const client = (client_id, rest) => ({
  client_id, client_secret: 'a secret of the client: & + % =', redirect_uris: back, ...rest,
});

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      client('basic', { token_endpoint_auth_method: 'client_secret_basic' }),
      client('post', { token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' }),
      client('public', { token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'EdDSA', client_secret: undefined }),
    ],
    jwks: {
      keys: [
        key('rsa', { modulusLength: 2048 }, 'rsa', 'RS256'),
        key('ec', { namedCurve: 'P-256' }, 'ec', 'ES256'),
        key('ed25519', {}, 'ed', 'EdDSA'),
      ],
    },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    cookies: { keys: ['not a secret: this provider is for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: sub, email_verified: !sub.startsWith('unverified'), name: sub.split('@')[0] }),
    }),
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.on('end', () => process.exit()).resume();
