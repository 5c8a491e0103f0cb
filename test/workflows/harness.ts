/**
 * Runs workflow code in the SDK's own sandbox with virtual time and no server: timers fire by a virtual clock,
 * activities and children are played by the test. Uses internals of the pinned SDK; run again at every upgrade.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defaultFailureConverter, defaultPayloadConverter, toPayloads, TypedSearchAttributes } from '@temporalio/common';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { coresdk } from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker.js';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';

type Command = coresdk.workflow_commands.IWorkflowCommand;
type Job = coresdk.workflow_activation.IWorkflowActivationJob;
interface SandboxWorkflow {
  activate(activation: coresdk.workflow_activation.WorkflowActivation): Promise<coresdk.workflow_completion.IWorkflowActivationCompletion>;
  dispose(): Promise<void>;
}
export type Fakes = Readonly<Record<string, (...args: never[]) => unknown>>;
export type Creator = ReusableVMWorkflowCreator;

/** Those that workflows run within their own tasks. */
const LOCAL_ACTIVITIES = ['groupState'];

/** Bundles the workflows once; share the creator between tests and destroy it at the end. */
export const loadWorkflows = async (): Promise<Creator> => {
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  return ReusableVMWorkflowCreator.create(parseWorkflowCode(code), 1_000, new Set(LOCAL_ACTIVITIES));
};

export class VirtualRun {
  outcome: 'running' | 'completed' | 'failed' | 'continuedAsNew' | 'cancelled' = 'running';
  value: unknown;
  suggestContinueAsNew = false;
  details = '';
  readonly attributes = new Map<string, unknown>();
  readonly scheduled: string[] = [];
  readonly children: { readonly seq: number; readonly id: string; readonly type: string; readonly args: readonly unknown[] }[] = [];
  readonly cancelledChildren: number[] = [];
  private readonly timers = new Map<number, number>();

  private readonly workflow: SandboxWorkflow;
  private readonly runId: string;
  now: number;
  private readonly fakes: Fakes;

  private constructor(workflow: SandboxWorkflow, runId: string, now: number, fakes: Fakes) {
    this.workflow = workflow;
    this.runId = runId;
    this.now = now;
    this.fakes = fakes;
  }

  static async start(creator: Creator, type: string, args: readonly unknown[], fakes: Fakes, now = Date.UTC(2030, 0, 1)): Promise<VirtualRun> {
    const runId = randomUUID();
    const started = new Date(now);
    const info = {
      workflowType: type, runId, workflowId: 'test', namespace: 'default', firstExecutionRunId: runId, attempt: 1, taskTimeoutMs: 10_000, taskQueue: 'q',
      searchAttributes: {}, typedSearchAttributes: new TypedSearchAttributes(), historyLength: 3, historySize: 300, continueAsNewSuggested: false,
      targetWorkerDeploymentVersionChanged: false, startTime: started, runStartTime: started,
      unsafe: { isReplaying: false, isReplayingHistoryEvents: false, now: () => now, random: {} },
    };
    type Options = Parameters<Creator['createWorkflow']>[0];
    const workflow = await creator.createWorkflow({ info: info as unknown as Options['info'], randomnessSeed: [1, 2, 3, 4, 5, 6, 7, 8], now, showStackTraceSources: false } as unknown as Options);
    const run = new VirtualRun(workflow as unknown as SandboxWorkflow, runId, now, fakes);
    await run.activate({ initializeWorkflow: { workflowId: 'test', workflowType: type, arguments: toPayloads(defaultPayloadConverter, ...args) ?? [] } });
    return run;
  }

  private async activate(...jobs: Job[]): Promise<Command[]> {
    const completion = await this.workflow.activate(coresdk.workflow_activation.WorkflowActivation.fromObject({
      runId: this.runId, timestamp: msToTs(this.now), historyLength: 10, continueAsNewSuggested: this.suggestContinueAsNew, jobs,
    }));
    if (completion.failed) throw new TypeError(`workflow task failed: ${completion.failed.failure?.message ?? ''}`);
    const rest: Command[] = [];
    const answers: Job[] = [];
    for (const command of completion.successful?.commands ?? []) {
      const answer = await this.obey(command);
      if (answer === 'unknown') rest.push(command);
      else if (answer) answers.push(answer);
    }
    if (answers.length > 0 && this.outcome === 'running') rest.push(...await this.activate(...answers));
    return rest;
  }

  private async obey(command: Command): Promise<Job | 'unknown' | undefined> {
    if (command.startTimer) this.timers.set(command.startTimer.seq ?? 0, this.now + tsToMs(command.startTimer.startToFireTimeout));
    else if (command.cancelTimer) this.timers.delete(command.cancelTimer.seq ?? 0);
    else if (command.scheduleActivity) return this.perform(command.scheduleActivity);
    else if (command.scheduleLocalActivity) return this.perform(command.scheduleLocalActivity);
    else if (command.requestCancelActivity) this.cancelActivity(command.requestCancelActivity.seq ?? 0);
    else if (command.startChildWorkflowExecution) {
      const child = command.startChildWorkflowExecution;
      this.children.push({ seq: child.seq ?? 0, id: child.workflowId ?? '', type: child.workflowType ?? '', args: (child.input ?? []).map((p) => defaultPayloadConverter.fromPayload(p)) });
      return { resolveChildWorkflowExecutionStart: { seq: child.seq ?? 0, succeeded: { runId: randomUUID() } } };
    } else if (command.cancelChildWorkflowExecution) this.cancelledChildren.push(command.cancelChildWorkflowExecution.childWorkflowSeq ?? 0);
    else if (command.setPatchMarker) return undefined;
    else if (command.upsertWorkflowSearchAttributes) {
      const fields = command.upsertWorkflowSearchAttributes.searchAttributes?.indexedFields ?? {};
      for (const [name, payload] of Object.entries(fields)) this.attributes.set(name, payload.data && payload.data.length > 0 ? JSON.parse(Buffer.from(payload.data).toString()) as unknown : null);
    } else if (command.completeWorkflowExecution) {
      this.outcome = 'completed';
      const result = command.completeWorkflowExecution.result;
      this.value = result ? defaultPayloadConverter.fromPayload(result) : undefined;
    } else if (command.failWorkflowExecution) {
      this.outcome = 'failed';
      this.value = defaultFailureConverter.failureToError(command.failWorkflowExecution.failure ?? {}, defaultPayloadConverter);
    } else if (command.continueAsNewWorkflowExecution) {
      this.outcome = 'continuedAsNew';
      this.value = (command.continueAsNewWorkflowExecution.arguments ?? []).map((p) => defaultPayloadConverter.fromPayload(p));
    } else if (command.cancelWorkflowExecution) this.outcome = 'cancelled';
    else return 'unknown';
    return undefined;
  }

  private async perform(activity: coresdk.workflow_commands.IScheduleActivity | coresdk.workflow_commands.IScheduleLocalActivity): Promise<Job | undefined> {
    const name = activity.activityType ?? '';
    const seq = activity.seq ?? 0;
    this.scheduled.push(name);
    const fake = this.fakes[name];
    if (!fake) throw new TypeError(`the test plays no activity ${name}`);
    try {
      const result = await fake(...(activity.arguments ?? []).map((p) => defaultPayloadConverter.fromPayload(p)) as never[]);
      if (result === PENDING) {
        this.open.set(seq, name);
        return undefined;
      }
      return { resolveActivity: { seq, result: { completed: { result: defaultPayloadConverter.toPayload(result) } } } } as Job;
    } catch (error) {
      return { resolveActivity: { seq, result: { failed: { failure: this.activityFailure(name, error) } } } } as Job;
    }
  }

  private readonly open = new Map<number, string>();

  private activityFailure(name: string, error: unknown): object {
    return { message: 'activity failed', activityFailureInfo: { activityType: { name }, activityId: '1' }, cause: defaultFailureConverter.errorToFailure(error, defaultPayloadConverter) };
  }

  private cancelActivity(seq: number): void {
    this.cancelled.push(seq);
  }
  readonly cancelled: number[] = [];

  /** Ends the oldest activity that a fake left PENDING. */
  async resolveActivity(name: string, result: unknown): Promise<void> {
    const found = [...this.open].find(([, open]) => open === name);
    if (!found) throw new TypeError(`no pending activity ${name}`);
    this.open.delete(found[0]);
    await this.activate({ resolveActivity: { seq: found[0], result: { completed: { result: defaultPayloadConverter.toPayload(result) } } } } as Job);
  }

  /** Ends the oldest activity that a fake left PENDING as cancelled. */
  async endCancelled(name: string): Promise<void> {
    const found = [...this.open].find(([, open]) => open === name);
    if (!found || !this.cancelled.includes(found[0])) throw new TypeError(`nobody cancelled ${name}`);
    this.open.delete(found[0]);
    await this.activate({ resolveActivity: { seq: found[0], result: { cancelled: { failure: { message: 'cancelled', canceledFailureInfo: {} } } } } } as Job);
  }

  async resolveChild(index: number, result: unknown): Promise<void> {
    const child = this.children[index];
    if (!child) throw new TypeError('no such child');
    await this.activate({ resolveChildWorkflowExecution: { seq: child.seq, result: { completed: { result: defaultPayloadConverter.toPayload(result) } } } } as Job);
  }

  /** Lets virtual time pass, firing every timer that falls due. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a[1] - b[1])[0];
      if (this.outcome !== 'running' || !next || next[1] > end) break;
      this.timers.delete(next[0]);
      this.now = next[1];
      await this.activate({ fireTimer: { seq: next[0] } });
    }
    this.now = end;
  }

  async signal(signalName: string, ...args: readonly unknown[]): Promise<void> {
    await this.activate({ signalWorkflow: { signalName, input: toPayloads(defaultPayloadConverter, ...args) ?? [] } });
  }

  async cancel(): Promise<void> {
    await this.activate({ cancelWorkflow: {} });
  }

  /** The update's answer, or the message with which it was refused. */
  async update(name: string, ...args: readonly unknown[]): Promise<{ readonly rejected: string } | { readonly value: unknown }> {
    const commands = await this.activate({ doUpdate: { id: 'u', protocolInstanceId: randomUUID(), name, input: toPayloads(defaultPayloadConverter, ...args) ?? [], runValidator: true, meta: { updateId: 'u' } } } as Job);
    const responses = commands.flatMap((command) => (command.updateResponse ? [command.updateResponse] : []));
    const rejected = responses.find((response) => response.rejected);
    if (rejected) return { rejected: rejected.rejected?.message ?? '' };
    const completed = responses.find((response) => response.completed);
    return { value: completed?.completed ? defaultPayloadConverter.fromPayload(completed.completed) : undefined };
  }

  async query(queryType: string): Promise<unknown> {
    const [answer] = await this.activate({ queryWorkflow: { queryId: 'q', queryType, arguments: [] } });
    const response = answer?.respondToQuery?.succeeded?.response;
    return response ? defaultPayloadConverter.fromPayload(response) : undefined;
  }

  dispose(): Promise<void> {
    return this.workflow.dispose();
  }
}

/** A fake returns this to leave its activity running. */
export const PENDING = Symbol('pending');
