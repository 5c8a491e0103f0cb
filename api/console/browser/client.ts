/** Talks to the API with the page's session; every refusal becomes a sentence with advice. */
export interface Study { readonly studyId: number; readonly patientName: string; readonly patientId: string; readonly birthDate: string; readonly sex: string; readonly studyDate: string; readonly description: string; readonly modalities: readonly string[]; readonly series: number; readonly instances: number; readonly heldInstances: number; readonly bytes: number; readonly lastStoredAt: string; readonly state: string; readonly concerns: readonly string[]; readonly goodDiscs: number; readonly accessionNumber: string }
export interface Order { readonly orderId: string; readonly source: string; readonly state: string; readonly info: string; readonly waitingFor: string; readonly isHeldBack: boolean; readonly isSupplement: boolean; readonly options: { readonly copies: number; readonly comment: string; readonly priority: number }; readonly placedAt: string; readonly instances: number; readonly bytes: number; readonly copiesGood: number }
export interface Job { readonly jobKey: string; readonly volumeId: number; readonly copy: number; readonly attempt: number; readonly serial: string; readonly robot: string; readonly state: string; readonly phase: string; readonly activity: string; readonly percent: number | null; readonly error: string; readonly endedAt: string | null }
export interface OrderDetail { readonly order: Order; readonly volumes: readonly { readonly volumeId: number; readonly index: number; readonly of: number; readonly state: string }[]; readonly jobs: readonly Job[]; readonly report: readonly { readonly kind: string; readonly reason: string }[]; readonly patients: readonly { readonly name: string; readonly id: string }[]; readonly studies: readonly { readonly date: string; readonly description: string }[] }
export interface Disc { readonly serial: string; readonly orderId: string; readonly index: number; readonly of: number; readonly copy: number; readonly state: string; readonly robot: string; readonly place: string; readonly media: string; readonly madeAt: string; readonly error: string; readonly patients: readonly { readonly name: string; readonly id: string }[]; readonly isSupplement: boolean }
export interface Group { readonly groupId: number; readonly rule: string; readonly grouping: string; readonly openInstances: number; readonly dueAt: string; readonly studies: readonly { readonly patientName: string; readonly patientId: string; readonly description: string }[] }
export interface RobotHealth { readonly up: boolean; readonly conditions: readonly { readonly code: string }[]; readonly bins: readonly { readonly id: string; readonly role: string; readonly discs: number | null; readonly media?: string; readonly capacity?: number }[]; readonly ink: readonly { readonly name: string; readonly percent: number | null }[]; readonly drives: readonly { readonly id: string; readonly state: string; readonly percent?: number }[] }
export interface Robot { readonly name: string; readonly seenAt: string | null; readonly health: RobotHealth | null }
export interface Ae { readonly aeTitle: string; readonly host: string; readonly port: number; readonly tls: boolean; readonly services: readonly string[]; readonly notes: string; readonly source: string }
export interface EchoAnswer { readonly verdict: string; readonly text: string; readonly elapsedMs: number }
export interface Caller { readonly callerId: number; readonly callingAe: string; readonly host: string; readonly reason: string; readonly calls: number; readonly lastSeenAt: string }
export interface Health { readonly status: string; readonly parts: Readonly<Record<string, string>>; readonly tls: { readonly daysLeft: number | null; readonly warning: boolean } | null; readonly store: { readonly usedPercent: number; readonly warning: boolean } }
export interface RemoteStudy { readonly studyInstanceUid: string; readonly patientName: string; readonly patientId: string; readonly birthDate: string; readonly sex: string; readonly studyDate: string; readonly description: string; readonly accessionNumber: string; readonly modalities: readonly string[]; readonly series: number | null; readonly instances: number | null }
export interface Holding { readonly instanceId: number; readonly seriesId: number; readonly seriesNumber: string; readonly seriesDescription: string; readonly instanceNumber: string; readonly modality: string; readonly look: 'picture' | 'report' | 'document' | 'nothing'; readonly frames: number; readonly reasons: readonly { readonly text: string }[]; readonly release: { readonly by: string; readonly at: string } | null }
export interface Holdings { readonly instances: number; readonly heldBack: number; readonly holdings: readonly Holding[] }

export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const call = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> => {
  const response = await fetch(`/api/v1${path}`, {
    method, credentials: 'same-origin',
    headers: { ...(method === 'GET' ? {} : { 'x-spindle-page': '1' }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json();
  if (!response.ok) {
    const problem = answer as { code?: string; detail?: string; advice?: string };
    throw new Refused(response.status, `${problem.detail ?? problem.code ?? 'Refused'}. ${problem.advice ?? ''}`);
  }
  return answer as T;
};

export const get = <T>(path: string): Promise<T> => call<T>('GET', path);
export const post = <T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<T> => call<T>('POST', path, body ?? {}, headers);
