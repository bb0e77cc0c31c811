"""Charts of the components of a management cluster: they install nothing here."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.chart import Chart

PROVIDERS = (
    Chart("cluster-api", "1.0.0", "Cluster API"),
    Chart("cluster-api-provider-sandbox", "1.0.0", "The sandbox's provider"),
    Chart("projectsveltos", "1.0.0", "Sveltos"),
)
