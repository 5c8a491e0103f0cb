/** What the worker bundles: every workflow type, under its function name. */
export { actOnRobot } from './act-on-robot.ts';
export { awaitQuiescence } from './await-quiescence.ts';
export { burnVolume } from './burn-volume.ts';
export { expireInstances } from './expire-instances.ts';
export { publishOrder } from './publish-order.ts';
export { retrieveStudy } from './retrieve-study.ts';
export { sendToAe } from './send-to-ae.ts';
