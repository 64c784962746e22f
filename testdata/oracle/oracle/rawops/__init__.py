"""Cases of single operations, ``tf.raw_ops``: one frozen graph of one node each.

    python -m oracle.rawops data [--only PART] [--out DIR]     # makes ../cases/rawops_data.zip
"""
