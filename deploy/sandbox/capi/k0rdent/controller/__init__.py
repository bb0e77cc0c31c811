"""The simulated controller: it does for k0rdent, Sveltos and Flux what their own would.

Imitated, never copied: k0rdent/kcm internal/controller, projectsveltos/addon-controller and
projectsveltos/sveltoscluster-manager controllers, fluxcd/helm-controller internal/reconcile. What
it makes is real: Clusters of the sandbox's classes, objects on their API servers.
"""
