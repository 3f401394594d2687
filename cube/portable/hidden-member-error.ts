import { VoronkaError } from '../../pipelines/errors.ts';

/**
 * A query named a member its caller may not see. `type` is what Cube's gateway looks at to answer 400 with the message
 * in place of 500.
 */
export class HiddenMemberError extends VoronkaError {
  readonly type = 'UserError';

  constructor(member: string) {
    super(`Member '${member}' is not visible with this token. See /v1/meta for the members that are.`, {
      code: 'CUBE_HIDDEN_MEMBER',
      retry: 'never',
      context: { member },
    });
  }
}
