"""The simulated clouds, in the order a reader wants: the sandbox's own, then the well-known."""

from clusterwright.deploy.sandbox.capi.clouds.aws import AWS
from clusterwright.deploy.sandbox.capi.clouds.azure import AZURE
from clusterwright.deploy.sandbox.capi.clouds.cloud import Cloud
from clusterwright.deploy.sandbox.capi.clouds.gcp import GCP
from clusterwright.deploy.sandbox.capi.clouds.metal3 import METAL3
from clusterwright.deploy.sandbox.capi.clouds.openstack import OPENSTACK
from clusterwright.deploy.sandbox.capi.clouds.sandbox import SANDBOX
from clusterwright.deploy.sandbox.capi.clouds.vsphere import VSPHERE

CLOUDS: tuple[Cloud, ...] = (SANDBOX, AWS, AZURE, GCP, OPENSTACK, METAL3, VSPHERE)
