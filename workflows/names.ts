/**
 * Names and ids of everything Temporal shows: workflow types, task queues, id builders, search attributes.
 * Ids are never encrypted, so they hold surrogate keys only: no UID, accession number or patient id.
 */
export const WORKFLOW = {
  awaitQuiescence: 'awaitQuiescence',
  publishOrder: 'publishOrder',
  burnVolume: 'burnVolume',
  retrieveStudy: 'retrieveStudy',
  sendToAe: 'sendToAe',
  actOnRobot: 'actOnRobot',
  expireInstances: 'expireInstances',
} as const;

export const ORCHESTRATION_QUEUE = 'orchestration';
export const COMPOSE_QUEUE = 'compose';
/** What talks to remote AEs, for hours perhaps; what only asks the catalog must not wait behind it. */
export const RETRIEVE_QUEUE = 'retrieve';
export const robotQueue = (robot: string): string => `robot-${robot}`;

export const collectId = (groupId: number): string => `collect-${groupId}`;
export const orderWorkflowId = (orderId: string): string => `order-${orderId}`;
export const volumeWorkflowId = (orderId: string, index: number): string => `order-${orderId}-v${index}`;
export const retrieveWorkflowId = (retrievalId: number): string => `retrieve-${retrievalId}`;
export const EXPIRE_SCHEDULE = 'expire-instances';

/** Typed search attributes; SQL visibility allows 10 keywords and 3 of each other type per namespace. */
export const SEARCH_ATTRIBUTES = {
  OrderState: 'Keyword',
  BlockedOn: 'Keyword',
  RobotId: 'Keyword',
  GroupBy: 'Keyword',
  Trigger: 'Keyword',
  VolumeCount: 'Int',
  DueAt: 'Datetime',
} as const;
