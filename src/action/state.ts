/** The name under which the post step finds the folder that it removes, should the main step have been killed. */
export const scratchState = 'scratch';
