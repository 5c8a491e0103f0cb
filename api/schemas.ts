/** What the API takes and gives, as schemas: they validate, they type, and openapi.ts prints them. */
import { z } from 'zod';
import { AE_SERVICE_NAMES } from '../dicom/tables/ae-services.ts';
import { transferSyntaxByUid } from '../dicom/tables/transfer-syntaxes.ts';
import { COPY_TYPES, ENCRYPTIONS, LANGUAGES, TARGETS } from '../disc/order/content.ts';

const id = z.number().int().positive();
const when = z.iso.datetime().describe('UTC');
const media = z.enum(['CD', 'DVD', 'DVD-DL', 'BD', 'BD-RE', 'BD-DL', 'BD-RE-DL']);
const volumeMedia = z.union([media, z.literal('USB')]).describe('USB = files on a stick or in a mail');
const retention = z.enum(['archive', 'buffer', 'default']);
/** Text that every database takes: no NUL. */
export const text = (longest: number): z.ZodString => z.string().max(longest).regex(/^[^\0]*$/, 'holds a NUL character');
const content = z.object({
  copyType: z.enum(COPY_TYPES).default('patient').describe('patient; physician = with readable reports; teaching = de-identified; legal = every byte as received'),
  profile: z.string().max(32).regex(/^([A-Z0-9-]+)?$/).default('').describe('application profile, e.g. STD-GEN-DVD-JPEG; empty = the default of the medium'),
  unconvertible: z.enum(['keep', 'leave-off']).default('keep').describe('what becomes of instances that the profile forbids and nobody can convert'),
  language: z.union([z.enum(LANGUAGES), z.literal('')]).default('').describe('of the pages on the disc; empty = the language of the appliance'),
  webContent: z.enum(['', 'yes', 'no']).default('').describe('pages with pictures for a web browser; empty = as the appliance is set; never on teaching and legal copies nor with media-security'),
  reports: z.enum(['', 'yes', 'no']).default('').describe('reports and documents as files to read and print; empty = on physician copies; never on teaching and legal copies nor with media-security'),
  viewers: z.array(z.string().regex(/^[a-z0-9-]{1,32}$/, 'no id of a viewer')).max(8).nullable().default(null).describe('ids of installed viewers, in their order, the first may start by itself; null = those of the setting; none with media-security'),
  encryption: z.enum(ENCRYPTIONS).default('none').describe('zip = one ZIP under AES-256 that a passphrase opens; media-security = every file encrypted for the holders of certificates (DICOM media security)'),
  target: z.enum(TARGETS).default('disc').describe('disc = burned by a robot; iso, zip, folder = a copy in the folder of the setting copiesFolder'),
  recipientCertificates: z.array(text(20_000).regex(/^-----BEGIN CERTIFICATE-----/, 'no PEM certificate')).max(20).default([]).describe('with media-security: PEM certificates of those who may open it'),
});
/** Content options that fit together. */
const wantedContent = content.refine((c) => (c.encryption === 'media-security') === (c.recipientCertificates.length > 0), { path: ['recipientCertificates'], error: 'media-security needs certificates of recipients, and nothing else takes them' });
/** A rule orders by itself: there is nobody to tell a passphrase. */
const ruleContent = wantedContent.refine((c) => c.encryption !== 'zip', { path: ['encryption'], error: 'a rule has nobody to tell a passphrase: possible are none and media-security' });
const orderState = z.enum(['PENDING', 'CREATING', 'DONE', 'FAILURE', 'CANCELLED']);
const priority = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]).describe('1 = first, 3 = ordinary, 5 = last');
const patient = z.object({ name: z.string(), id: z.string() });
const cursor = z.string().regex(/^[0-9]{1,15}$/, 'no cursor of a page before').describe('"next" of the page before');
export const limit = z.coerce.number().int().min(1).max(200).default(50);

export const Problem = z.object({ type: z.string(), title: z.string(), status: z.number(), code: z.string(), detail: z.string(), advice: z.string(), retry: z.string(), details: z.record(z.string(), z.unknown()), correlationId: z.string() });

export const Health = z.object({
  status: z.enum(['ok', 'degraded']), version: z.string(), aeTitle: z.string(), dicomHost: z.string(), dicomPort: z.number(),
  parts: z.record(z.string(), z.enum(['ok', 'unreachable'])),
  tls: z.object({ port: z.number(), expiresAt: when.nullable().describe('end of the certificate that callers are shown'), daysLeft: z.number().nullable(), warning: z.boolean().describe('ends within 30 days') }).nullable(),
  store: z.object({ heldInstances: z.number(), heldBytes: z.number(), freeBytes: z.number(), usedPercent: z.number(), warning: z.boolean() }),
  totals: z.object({ patients: z.number(), studies: z.number(), instances: z.number(), orders: z.number(), goodDiscs: z.number() }),
});

export const Study = z.object({
  studyId: id, studyInstanceUid: z.string(), patientName: z.string(), patientId: z.string(), issuerOfPatientId: z.string(), birthDate: z.string(), sex: z.string(), patientKey: z.number(),
  studyDate: z.string(), studyTime: z.string(), description: z.string(), accessionNumber: z.string(), studyIdText: z.string(), referringPhysicianName: z.string(), institutionName: z.string(),
  modalities: z.array(z.string()), series: z.number(), instances: z.number(), heldInstances: z.number(), bytes: z.number(), firstStoredAt: when, lastStoredAt: when,
  state: z.enum(['NORMAL', 'CONFLICT']), concerns: z.array(z.string()), goodDiscs: z.number(),
});
export const Series = z.object({
  seriesId: id, seriesInstanceUid: z.string(), modality: z.string(), number: z.string(), description: z.string(), bodyPart: z.string(), station: z.string(),
  instances: z.number(), heldInstances: z.number(), bytes: z.number(), callingAe: z.string(),
});
export const Instance = z.object({ instanceId: id, sopInstanceUid: z.string(), number: z.string(), sopClassUid: z.string(), transferSyntaxUid: z.string(), bytes: z.number(), isHeld: z.boolean() });
export const Disc = z.object({
  serial: z.string(), jobKey: z.string(), orderId: z.string(), volumeId: id, index: z.number(), of: z.number(), copy: z.number(), result: z.enum(['good', 'bad']),
  state: z.enum(['READY', 'BAD', 'WITHDRAWN']), robot: z.string(), place: z.string().describe('bin of the robot, or path of a delivered copy'), media: volumeMedia, fileSetId: z.string(), fileSetUid: z.string(), imageSha256: z.string(),
  error: z.string(), madeAt: when, patients: z.array(patient), isSupplement: z.boolean(),
});
export const StudyDetail = z.object({ study: Study, series: z.array(Series), discs: z.array(Disc) });
export const StudyList = z.object({ studies: z.array(Study), next: z.string().nullable() });
export const Conflict = z.object({ sopInstanceUid: z.string(), candidates: z.array(z.object({ instanceId: id, storedAt: when, callingAe: z.string(), bytes: z.number(), patientName: z.string(), patientId: z.string() })) });

export const StudySearchQuery = z.object({
  text: text(200).optional(), patientId: text(64).optional(), accessionNumber: text(64).optional(), studyInstanceUid: text(64).optional(),
  modality: text(16).optional(), dateFrom: z.string().regex(/^\d{8}$/).optional(), dateTo: z.string().regex(/^\d{8}$/).optional(), after: text(200).optional(), limit,
});

const uidText = z.string().regex(/^[0-9.]{1,64}$/, 'a UID');
const day = z.string().regex(/^\d{8}$/);
export const RemoteSearchQuery = z.object({
  patientName: text(64).min(1).optional().describe('may hold * and ?'), patientId: text(64).min(1).optional(), accessionNumber: text(16).min(1).optional(), studyInstanceUid: uidText.optional(), modality: text(16).min(1).optional(),
  dateFrom: day.optional(), dateTo: day.optional(),
}).refine((search) => Object.values(search).some((value) => value !== undefined), 'name at least one key');
export const RemoteStudy = z.object({
  studyInstanceUid: z.string(), patientName: z.string(), patientId: z.string(), issuerOfPatientId: z.string(), birthDate: z.string(), sex: z.string(), studyDate: z.string(), studyTime: z.string(), description: z.string(),
  accessionNumber: z.string(), studyIdText: z.string(), referringPhysicianName: z.string(), modalities: z.array(z.string()), series: z.number().nullable(), instances: z.number().nullable(),
});
export const RemoteSeries = z.object({ seriesInstanceUid: z.string(), modality: z.string(), number: z.string(), description: z.string(), bodyPart: z.string(), instances: z.number().nullable() });

const ids = z.array(id).min(1).max(20_000);
const selection = z.object({ patients: ids.optional(), studies: ids.optional(), series: ids.optional(), instances: ids.optional() })
  .refine((s) => [s.patients, s.studies, s.series, s.instances].some((list) => list !== undefined), 'select patients, studies, series or instances');
export const PlaceSend = z.object({ aeTitle: text(16).min(1), selection });
export const SendPlaced = z.object({ sendId: z.string() });
export const SendState = z.object({
  state: z.enum(['running', 'ended', 'broken']), stored: z.number(), warnings: z.number(), failed: z.number(),
  error: z.string().describe('code of what stood against sending at all; empty when it was tried'),
});
export const PlaceOrder = z.object({
  selection: selection.optional(),
  remote: z.object({ aeTitle: text(16).min(1), studyInstanceUids: z.array(uidText).min(1).max(100) }).optional().describe('studies that a remote AE holds, instead of a selection'),
  copies: z.number().int().min(1).max(99).default(1), media: z.union([media, z.literal('any')]).default('any'), robot: text(64).min(1).default('any'),
  priority: priority.default(2), comment: text(240).default('').describe('printed on the label and stored'), labelTemplate: text(64).min(1).default('default'),
  allowSeveralPatients: z.boolean().default(false), retention: retention.default('default'), content: wantedContent.prefault({}), hold: z.boolean().default(false).describe('place the order held back'),
  passphrase: z.string().min(1).max(200).optional().describe('with encryption zip: opens the disc; one is made when there is none'),
}).refine((order) => (order.selection === undefined) !== (order.remote === undefined), 'name either a selection or studies of a remote AE');
export const Placed = z.object({ orderId: z.string(), existed: z.boolean(), passphrase: z.string().optional().describe('opens the encrypted disc; told this once and kept nowhere beyond the order') });

export const Order = z.object({
  orderId: z.string(), source: z.enum(['rule', 'api', 'page', 'demo']), ruleId: z.number().nullable(), state: orderState, info: z.string(), waitingFor: z.string(),
  isHeldBack: z.boolean(), isCancelRequested: z.boolean(), isSupplement: z.boolean(),
  options: z.object({ copies: z.number(), media: z.union([media, z.literal('any')]), robot: z.string(), priority, comment: z.string(), labelTemplate: z.string(), allowSeveralPatients: z.boolean(), retention, content }),
  placedBy: z.string(), placedAt: when, startedAt: when.nullable(), endedAt: when.nullable(), instances: z.number(), bytes: z.number(), copiesGood: z.number(), version: z.number(), requestKey: z.string(),
});
export const OrderList = z.object({ orders: z.array(Order), next: z.string().nullable() });
export const Operation = z.object({ id: z.number(), at: when, who: z.string(), event: z.string(), subject: z.string(), subjectKind: z.string(), result: z.string(), details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])) });
export const OrderDetail = z.object({
  order: Order,
  volumes: z.array(z.object({ volumeId: id, orderId: z.string(), index: z.number(), of: z.number(), fileSetId: z.string(), fileSetUid: z.string(), media: volumeMedia, state: z.enum(['PLANNED', 'COMPOSED', 'DROPPED']), instances: z.number(), imageBytes: z.number().nullable(), imageSha256: z.string().nullable(), certificateCode: z.string().describe('short code of the certificate, as on the label; empty before the volume is composed'), createdAt: when, spoolName: z.string() })),
  jobs: z.array(z.object({ jobKey: z.string(), volumeId: id, copy: z.number(), attempt: z.number(), serial: z.string(), robot: z.string(), ref: z.string().nullable(), state: z.string(), phase: z.string(), activity: z.string(), percent: z.number().nullable(), error: z.string(), createdAt: when, endedAt: when.nullable() })),
  discs: z.array(Disc),
  report: z.array(z.object({ kind: z.enum(['left-off', 'outside-profile', 'converted', 'filled', 'note', 'error']), sopInstanceUid: z.string().optional(), reason: z.string() })),
  retrievals: z.array(z.object({ retrievalId: id, orderId: z.string(), remoteAe: z.string(), studyInstanceUid: z.string(), state: z.enum(['OPEN', 'COMPLETE', 'FAILED', 'CANCELLED']), reason: z.string(), openedAt: when, endedAt: when.nullable() })),
  patients: z.array(patient), studies: z.array(z.object({ studyId: id, date: z.string(), description: z.string() })), log: z.array(Operation),
});
export const AttachmentQuery = z.object({ title: text(120).min(1).describe('shown on the pages of the disc') });
export const Attachment = z.object({ attachmentId: z.string(), title: z.string(), type: z.enum(['pdf', 'jpg', 'png', 'txt', 'xml']), bytes: z.number() });
export const OrderListQuery = z.object({ state: z.union([orderState, z.array(orderState)]).optional(), after: cursor.optional(), limit });
export const Resume = z.object({ volume: z.number().int().positive().default(1), copy: z.number().int().min(0).optional(), verdict: z.enum(['retry', 'give-up', 'found', 'not-made']) });
export const ChangePriority = z.object({ priority });

const patterns = z.array(text(64).min(1)).max(50);
export const RuleDraft = z.object({
  name: text(100).min(1), position: z.number().int().min(0).max(10_000).default(100), isEnabled: z.boolean().default(true), also: z.boolean().default(false).describe('later rules are asked too'),
  condition: z.object({ callingAe: patterns.optional(), calledAe: patterns.optional(), modality: patterns.optional(), station: patterns.optional(), bodyPart: patterns.optional(), description: patterns.optional() }).default({}),
  grouping: z.enum(['series', 'study', 'patient']).default('study'), quietSeconds: z.number().int().min(1).max(86_400).default(30), longestWaitSeconds: z.number().int().min(0).max(604_800).default(0),
  copies: z.number().int().min(1).max(99).default(1), media: z.union([media, z.literal('any')]).default('any'), robot: text(64).min(1).default('any'), priority: priority.default(4),
  labelTemplate: text(64).min(1).default('default'), retention: retention.default('default'), content: ruleContent.prefault({}),
});
export const Rule = RuleDraft.extend({ id, version: z.number(), source: z.enum(['default', 'api', 'file']) });
export const ChangeRule = RuleDraft.extend({ version: z.number().int().positive() });

export const Group = z.object({ groupId: id, ruleId: id, rule: z.string(), grouping: z.string(), firstStoredAt: when, lastStoredAt: when, openInstances: z.number(), dueAt: when, studies: z.array(z.object({ patientName: z.string(), patientId: z.string(), description: z.string() })) });
export const DiscDetail = z.object({ disc: Disc, instances: z.array(z.object({ instanceId: id, sopInstanceUid: z.string(), fileId: z.string(), sha256: z.string(), isHeld: z.boolean(), counts: z.boolean() })), hasLabel: z.boolean(), certificateCode: z.string() });
export const Certificate = z.object({
  version: z.literal(1), product: z.string(), imprint: z.object({ institution: z.string(), contact: z.string(), product: z.string(), language: z.string(), webContent: z.boolean(), teachingOptions: z.array(z.string()).optional() }).describe('what the pages of the disc say of its maker'), profile: z.string().describe('claimed application profile, empty = none'),
  volume: z.object({ fileSetId: z.string(), fileSetUid: z.string(), index: z.number(), of: z.number(), media: volumeMedia, createdAt: when }), image: z.object({ bytes: z.number(), sha256: z.string() }),
  checks: z.array(z.object({ id: z.string(), title: z.string(), source: z.string(), outcome: z.enum(['pass', 'fail', 'not-applicable']), findings: z.number() })),
  counts: z.object({ files: z.number(), directories: z.number(), records: z.number(), instances: z.number(), bytesCompared: z.number() }),
  leftOut: z.array(z.object({ reason: z.string(), sopInstanceUids: z.array(z.string()) })), viewers: z.array(z.object({ id: z.string(), version: z.string(), digest: z.string() })).optional(), shortCode: z.string().describe('ten characters of base 32, as on the label'),
}).describe('what was checked on the finished image, and how it came out');
export const DiscListQuery = z.object({ studyId: z.coerce.number().int().positive().optional(), orderId: text(32).optional(), text: text(100).optional(), after: cursor.optional(), limit });
export const DiscList = z.object({ discs: z.array(Disc), next: z.string().nullable() });
export const Reburn = z.object({ copies: z.number().int().min(1).max(99).default(1), comment: text(240).default(''), robot: text(64).min(1).default('any'), passphrase: z.string().min(1).max(200).optional().describe('for a disc with encryption zip, whose first passphrase is kept nowhere') });

const Reason = z.object({ code: z.string(), text: z.string() });
export const Holdings = z.object({
  instances: z.number().describe('all of the study'), heldBack: z.number().describe('those that nobody released'),
  holdings: z.array(z.object({ instanceId: id, seriesId: id, seriesNumber: z.string(), seriesDescription: z.string(), instanceNumber: z.string(), sopInstanceUid: z.string(), modality: z.string(), look: z.enum(['picture', 'report', 'document', 'nothing']).describe('what /instances/{instanceId}/look shows'), frames: z.number(), reasons: z.array(Reason), release: z.object({ by: z.string(), at: when, reason: z.string() }).nullable() })).describe('instances that a person must look at before they leave de-identified'),
});
export const LookQuery = z.object({ frame: z.coerce.number().int().min(1).max(1_000_000).default(1).describe('of an image with several') });
export const Release = z.object({ reason: text(400).default('').describe('what was looked at, in your own words') });
export const Released = z.object({ released: z.number().describe('how many were not released before') });

export const PageQuery = z.object({ after: cursor.optional(), limit });
export const Commitment = z.object({
  commitmentId: id, transactionUid: z.string(), callingAe: z.string(), calledAe: z.string(), state: z.enum(['PENDING', 'DELIVERED', 'GIVEN-UP']).describe('of the answer; the promise stands in any case'), committed: z.number(), refused: z.number(),
  attempts: z.number(), requestedAt: when, nextTryAt: when, endedAt: when.nullable(), revokedAt: when.nullable(), revokedBy: z.string(),
});
export const CommitmentItem = z.object({ sopInstanceUid: z.string(), sopClassUid: z.string(), instanceId: id.nullable(), failureReason: z.number().describe('0 = promised; else the Failure Reason of PS3.3 C.14') });

export const Viewer = z.object({
  id: z.string(), version: z.string(), name: z.string(), homepage: z.string(), licence: z.string(), platforms: z.array(z.string()), startsByItself: z.boolean(), needsLongNames: z.boolean(),
  confirmed: z.array(z.object({ part: z.string(), source: z.string() })), unconfirmed: z.array(z.string()).describe('what of its layout nobody confirmed'),
  files: z.number(), bytes: z.number(), digest: z.string().describe('SHA-256 over everything that reaches a disc'), isEnabled: z.boolean(), installedAt: when,
});
export const ViewerDetail = z.object({ viewer: Viewer, findings: z.array(z.object({ code: z.string(), where: z.string(), text: z.string() })).describe('what is wrong with its files now') });
export const ChangeViewer = z.object({ isEnabled: z.boolean() });

export const Robot = z.object({ name: z.string(), seenAt: when.nullable(), capabilities: z.unknown(), health: z.unknown() });
export const RobotAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['ignore-ink-low', 'check-bins', 'align', 'resume']) }),
  z.object({ kind: z.literal('refill'), bin: text(64).min(1), discs: z.number().int().min(1).max(10_000) }),
  z.object({ kind: z.literal('empty'), bin: text(64).min(1) }),
  z.object({ kind: z.literal('change-ink'), name: text(64).optional() }),
]);

/** @source PS3.5 6.2 (AE) */
const aeTitle = z.string().trim().regex(/^[\x20-\x5b\x5d-\x7e]{1,16}$/, '1 to 16 characters without backslash and control characters');
export const AeDraft = z.object({
  aeTitle, host: text(253).regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or address'), port: z.number().int().min(1).max(65_535).default(104), tls: z.boolean().default(false),
  services: z.array(z.enum(AE_SERVICE_NAMES)).max(AE_SERVICE_NAMES.length).default(['store']).describe('what the AE may ask of us'),
  preferredTransferSyntaxes: z.array(z.string().refine((uid) => transferSyntaxByUid.has(uid), 'no transfer syntax we know')).max(20).default([]).describe('best first; empty: what we hold'),
  maxAssociations: z.number().int().min(1).max(32).default(2).describe('associations that each of our processes opens to it at the same time: receiving, working, and the web page'), notes: text(1_000).default(''),
});
export const Ae = AeDraft.extend({ version: z.number(), source: z.enum(['api', 'file']), changedBy: z.string(), changedAt: when });
export const ChangeAe = AeDraft.omit({ aeTitle: true }).extend({ version: z.number().int().positive() });
export const EchoAnswer = z.object({ verdict: z.string(), text: z.string(), code: z.string().nullable(), elapsedMs: z.number() });
export const Caller = z.object({ callerId: id, callingAe: z.string(), host: z.string(), reason: z.string().describe("why it was refused last; 'let-in' when it was not"), calls: z.number(), firstSeenAt: when, lastSeenAt: when });
export const RegisterCaller = AeDraft.omit({ aeTitle: true, host: true });
