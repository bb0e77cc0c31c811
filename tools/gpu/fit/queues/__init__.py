"""Queue managers: programs that keep pods back for reasons of their own."""

from clusterwright.tools.gpu.fit.queues.hami import HAMI
from clusterwright.tools.gpu.fit.queues.kueue import KUEUE
from clusterwright.tools.gpu.fit.queues.pod_groups import KAI, VOLCANO
from clusterwright.tools.gpu.fit.queues.queue_manager import QueueManager

QUEUE_MANAGERS: tuple[QueueManager, ...] = (KUEUE, KAI, VOLCANO, HAMI)
