"""What framework workers execute in frameworks.py: the jobs of rq, and celery's application. The server is told by RESP_PORT."""
import os

from celery import Celery

port = os.environ["RESP_PORT"]

app = Celery("framework_jobs", broker=f"redis://127.0.0.1:{port}/1", backend=f"redis://127.0.0.1:{port}/2")
app.conf.update(
    broker_connection_retry_on_startup=True, task_track_started=True, worker_send_task_events=True,
    task_send_sent_event=True, result_expires=600, broker_transport_options={"visibility_timeout": 30})


def add(a, b):
    return a + b


def fail():
    raise ValueError("as asked")


@app.task
def plus(a, b):
    return a + b


@app.task
def total(numbers):
    return sum(numbers)


@app.task(bind=True, max_retries=3)
def third_time(self):
    if self.request.retries < 2:
        raise self.retry(countdown=0)
    return self.request.retries


@app.task
def refuse():
    raise ValueError("as asked")
