import { post } from './api.js';
import { emit } from './bus.js';
import { announce } from './dom.js';
import { closeToasts, complain, toast } from './toast.js';

// What this tab decided last, newest at the end; several decisions of one action are taken back together.
const mine = [];

const subjects = (decisions) => decisions.flatMap((decision) => decision.subjects);

/** Notes an action's decisions, offers their undo for ten seconds and tells the page what changed. */
export function decided(made, { text, quiet = false } = {}) {
  const decisions = [made].flat().filter(Boolean);
  if (!decisions.length) return;
  const undoable = decisions.every((decision) => decision.undoable);
  if (undoable) mine.push(decisions);
  if (mine.length > 10) mine.shift();
  if (!quiet) {
    toast(text ?? decisions[0].summary, {
      action: undoable ? { text: 'Undo', run: () => undo(decisions) } : undefined,
    });
  }
  emit('changed', { people: subjects(decisions), mine: true });
}

/** Takes decisions back, the newest first. */
export async function undo(made) {
  const decisions = [made].flat();
  const entry = mine.findIndex((other) => other[0].id === decisions[0].id);
  if (entry >= 0) mine.splice(entry, 1);
  try {
    for (const decision of [...decisions].reverse()) await post(`/decisions/${decision.id}:undo`);
    // What was said before is not so any more.
    closeToasts();
    toast(decisions.length > 1 ? `Undone: ${decisions.length} decisions` : `Undone: ${decisions[0].summary}`);
  } catch (problem) {
    complain(problem);
  }
  emit('changed', { people: subjects(decisions), mine: true, undone: decisions[0].id });
}

/** `z`: the newest action of this tab. */
export function undoLast() {
  const decisions = mine.at(-1);
  if (decisions) {
    undo(decisions);
    return;
  }
  announce('Nothing to undo in this tab');
  toast('Nothing to undo in this tab. The journal has everything.');
}
