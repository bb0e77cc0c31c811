"""k0s and k0smotron: machines over SSH, bootstrap data, and control planes that are pods."""

from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row, any_of

K0S = Provider(
    "k0smotron",
    ("K0s", "K0smotron", "RemoteMachine", "PooledRemoteMachine", "RemoteCluster"),
    "k0sproject/k0smotron v2.1.0, api/bootstrap/v1beta2/conditions_consts.go,"
    " api/infrastructure/v1beta2/remote_machine_types.go,"
    " internal/controller/infrastructure/remote_machine_controller.go and ssh_provisioner.go,"
    " internal/controller/controlplane/k0smotron_controlplane_controller.go",
    (
        Row(
            Fault.CREDENTIAL,
            "Correct the SSH key or user that the RemoteMachine names.",
            words=("unable to authenticate", "failed to parse ssh key"),
        ),
        Row(
            Fault.HOST,
            "See that the address of the machine answers over SSH.",
            words=("failed to connect to host", "no route to host", "connection refused"),
        ),
        Row(
            Fault.HOST,
            "Add a machine to the pool that the RemoteMachine names, or free one.",
            words=("free pooled machine not found", "no pooled machines found"),
        ),
        Row(
            Fault.BOOTSTRAP,
            "Read what the provider logs of the commands that it ran over SSH.",
            conditions=any_of("BootstrapExecSucceeded"),
        ),
        Row(
            Fault.BOOTSTRAP,
            "See the join token and the configuration of the K0sWorkerConfig.",
            reasons=any_of("DataSecretGenerationFailed"),
        ),
        Row(
            Fault.BOOTSTRAP,
            "See what the bootstrap provider logs about this config.",
            conditions=any_of("DataSecretAvailable"),
            reasons=any_of("InternalError"),
        ),
    ),
)
