import { readSecret } from '../../config/secrets.ts';
import type { MangoSettings } from './settings.ts';
import type { MangoCredentials } from './sign.ts';

/** Throws SecretMissingError. */
export function mangoCredentials(settings: MangoSettings, environment: NodeJS.ProcessEnv): MangoCredentials {
  return {
    key: readSecret(settings.key_env, 'the unique code of the Mango Office PBX (vpbx_api_key)', environment),
    salt: readSecret(
      settings.salt_env,
      'the key for signatures of the Mango Office PBX (vpbx_api_salt)',
      environment,
    ),
  };
}
