/**
 * Packages that the built program has in it, with all that they need: who installs Gridtide does not
 * install them. From a checkout they are installed as what development needs.
 */
export const BUNDLED = ['@kubernetes/client-node', 'jose']
