// What the signed-in person may do. The server decides; the pages only do not offer what it would refuse.
let scopes = null;

export const grant = (list) => {
  scopes = new Set(list);
};

/** Whether a scope is held; before the session is known everything is assumed. */
export const may = (scope) => !scopes || scopes.has(scope);

/** Keys of a page that change something, for those who may. */
export const only = (scope, keys) => (may(scope) ? keys : {});
