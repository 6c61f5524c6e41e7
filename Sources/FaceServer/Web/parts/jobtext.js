const kinds = {
  import: 'Importing photos',
  detect: 'Looking for faces',
  embed: 'Describing faces',
  group: 'Grouping faces',
  forget: 'Forgetting',
  backup: 'Backing up',
  're-embed': 'Describing faces anew',
  export: 'Exporting',
};
const states = {
  queued: 'waiting',
  running: 'running',
  paused: 'paused',
  done: 'done',
  failed: 'failed',
  dead: 'given up',
  cancelled: 'cancelled',
};

export const jobTitle = (job) => kinds[job.kind] ?? job.kind;
export const jobState = (job) => states[job.state] ?? job.state;
