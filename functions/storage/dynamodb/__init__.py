"""The store in DynamoDB: one on-demand table without indexes, every change one transaction.

A community's keys begin with its name, so one table may serve many, and none shares a partition
with another. ``pk`` and ``sk`` are the table's keys; ``C`` is the community:

=====================  ====================  ====================================================
``pk``                 ``sk``                what
=====================  ====================  ====================================================
``C/history/NO``       ``head``              the head
``C/history/NO``       ``event 00000001``    an event
``C/history/NO``       ``sealed 00000001``   what is kept apart from it
``C/history/NO``       ``trace NAME``        a mark made of personal data, to be forgotten with it
``C/history/NO``       ``once NAME``         a submission that came from it
``C/mark/KIND/NAME``   ``BEGUN NO``          a mark, the newest last
``C/due/KIND/STATE``   ``DUE NO``            a state, the longest due first; ``…/OWNER`` the same
``C/once/NAME``        ``-``                 which history a submission went to
``C/tally``            ``MONTH SCOPE``       counters, an attribute each
``C/months``           ``MONTH``             which months have counters
``C/message/ID``       ``-``                 a message
``C/messages/STATE``   ``NEXT ID``           those in a state, the next to be tried first
``C/counter/WHAT``     ``-``                 a counter that ends
``C/facts``            ``-``                 facts about the store, an attribute each
=====================  ====================  ====================================================

Lists hold keys alone and lead to the heads, so a change writes only those that it moves. All
reads are strongly consistent: who pressed a button sees what it did. What each access costs is
written down in ``docs/operate.md``.
"""

from functions.storage.dynamodb.dynamodb import DynamoDB as DynamoDB
