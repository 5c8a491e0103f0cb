import { describe, expect, it } from 'vitest';
import { connectFailure } from '../../../dicom/association/connect-failure.ts';

const failure = (code: string, isTls = false): unknown => connectFailure(Object.assign(new Error('socket'), { code }), isTls).code;

describe('a connection that cannot be made', () => {
  it.each([
    ['ENOTFOUND', 'ASSOCIATION_HOST_UNKNOWN'], ['EAI_AGAIN', 'ASSOCIATION_HOST_UNKNOWN'], ['ECONNREFUSED', 'ASSOCIATION_NO_LISTENER'], ['EHOSTUNREACH', 'ASSOCIATION_UNREACHABLE'],
    ['ENETUNREACH', 'ASSOCIATION_UNREACHABLE'], ['ETIMEDOUT', 'ASSOCIATION_TIMED_OUT'], ['ECONNRESET', 'ASSOCIATION_ABORTED'],
  ])('with %s has a code of its own, with TLS as well unless TLS itself failed', (code, expected) => {
    expect(failure(code)).toBe(expected);
    expect(failure(code, true)).toBe(code === 'ECONNRESET' ? 'ASSOCIATION_TLS_FAILED' : expected);
  });

  it.each(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ERR_TLS_CERT_ALTNAME_INVALID', 'INVALID_PURPOSE'])('for %s is a question of trust, with TLS only', (code) => {
    expect(failure(code, true)).toBe('ASSOCIATION_TLS_UNTRUSTED');
    expect(failure(code)).toBe('ASSOCIATION_ABORTED');
  });

  it('on every address of a name is told by the first', () => {
    expect(connectFailure(new AggregateError([Object.assign(new Error('a'), { code: 'ECONNREFUSED' }), new Error('b')]), false).code).toBe('ASSOCIATION_NO_LISTENER');
  });
});
