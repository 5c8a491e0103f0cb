/** Verification as SCP: answers every C-ECHO with success. */
import { COMMAND } from './association/command.ts';
import type { DicomService } from './association/service.ts';
import { STATUS } from './tables/statuses.ts';
import { UID } from './tables/uids.ts';

const SYNTAXES: ReadonlySet<string> = new Set([UID.explicitLittleEndian, UID.implicitLittleEndian, UID.explicitBigEndian]);

/** Makes the Verification service. @source PS3.4 Annex A */
export const createEchoScp = (): DicomService => ({
  name: 'verification',
  transferSyntaxes: (abstractSyntax) => (abstractSyntax === UID.verification ? SYNTAXES : undefined),
  commandFields: [COMMAND.echoRequest],
  open: (exchange) => ({
    data: () => undefined,
    flush: () => undefined,
    complete: () => exchange.respond({ status: STATUS.success }),
    abort: () => undefined,
  }),
});
