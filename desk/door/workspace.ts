import { AUDIT_EVERY, CONTACT, LOCK_AFTER, settingsOf } from '../review/settings.ts';
import type { State } from '../contract/workspace.ts';
import type { Desk } from '../desk.ts';
import { changePreferences, readPreferences, thisComputer } from '../preferences.ts';
import { door } from './door.ts';

/** Every window of this desk shows another workspace now. */
function toldState(desk: Desk): State {
  const state = desk.state();
  desk.tell({ kind: 'state', state });
  return state;
}

export const workspaceCalls = {
  state: door.workspace.state.handler(({ context }) => context.desk.state()),
  open: door.workspace.open.handler(async ({ context, input }) => {
    await context.desk.open(input.path, input.create, input.secret, input.instead);
    return toldState(context.desk);
  }),
  close: door.workspace.close.handler(async ({ context }) => {
    await context.desk.close();
    toldState(context.desk);
    return {};
  }),
  protect: door.workspace.protect.handler(async ({ context, input }) => ({
    recoveryKey: await context.desk.protect(input.passphrase, input.secret),
  })),
  unprotect: door.workspace.unprotect.handler(async ({ context, input }) => {
    await context.desk.unprotect(input.secret);
    return {};
  }),
  lock: door.workspace.lock.handler(async ({ context }) => {
    await context.desk.lock();
    return context.desk.state();
  }),
  unlock: door.workspace.unlock.handler(async ({ context, input }) => {
    await context.desk.unlock(input.secret);
    return context.desk.state();
  }),
  copy: door.workspace.copy.handler(async ({ context, input }) => {
    await context.desk.opened.workspace.copyTo(input.to);
    return {};
  }),
  wipe: door.workspace.wipe.handler(async ({ context, input }) => {
    await context.desk.wipe(input.path);
    return {};
  }),
  check: door.workspace.check.handler(({ context }) => {
    const problems = context.desk.opened.workspace.problems();
    return { whole: problems.length === 0, problems: [...problems] };
  }),
};

export const settingsCalls = {
  get: door.settings.get.handler(({ context }) => settingsOf(context.desk.opened.workspace)),
  set: door.settings.set.handler(async ({ context, input }) => {
    const { writer, workspace } = context.desk.opened;
    const names = { contact: CONTACT, lockAfter: LOCK_AFTER, auditEvery: AUDIT_EVERY } as const;
    for (const [key, name] of Object.entries(names) as [keyof typeof names, string][])
      if (input[key] !== undefined) await writer.write('setSetting', { name, value: input[key] });
    return settingsOf(workspace);
  }),
};

export const preferenceCalls = {
  get: door.preferences.get.handler(({ context }) => readPreferences(context.desk.options.places.preferencesFile)),
  set: door.preferences.set.handler(({ context: { desk }, input }) => {
    const preferences = changePreferences(desk.options.places.preferencesFile, input);
    desk.tell({ kind: 'preferences', preferences });
    return preferences;
  }),
  computer: door.preferences.computer.handler(() => thisComputer()),
};
