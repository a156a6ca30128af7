// From aligned reads to a model for each cell type, its evaluation and its
// tracks:
//   nextflow run main.nf --samples samples.tsv --genes genes.tsv \
//       --expression expression.tsv --settings run.yaml
// `attentivechrome` must be in the PATH: see ?AttentiveChrome::main. File names
// in the sample sheet must be absolute, as each process has a folder of its own.
nextflow.enable.dsl = 2

params.results = 'results'
params.settings = "${projectDir}/run.yaml"

process SIGNAL {
    cpus 4

    input:
    path samples
    path genes
    path expression
    path settings

    output:
    path 'signal.rds'

    script:
    """
    attentivechrome signal ${samples} signal.rds --genes=${genes} \
        --expression=${expression} --settings=${settings} \
        --workers=${task.cpus}
    """
}

process TRAIN {
    cpus 4
    publishDir params.results, mode: 'copy'

    input:
    path signal
    path settings

    output:
    path 'run'

    script:
    """
    attentivechrome train ${signal} run --settings=${settings} \
        --workers=${task.cpus}
    """
}

process RESULTS {
    publishDir params.results, mode: 'copy'

    input:
    path run
    path signal
    path settings

    output:
    path 'evaluation.tsv'
    path 'predictions.tsv'
    path 'report.html'
    path 'tracks'

    script:
    """
    attentivechrome evaluate ${run} evaluation.tsv
    attentivechrome predict ${run} ${signal} predictions.tsv
    attentivechrome report ${run} report.html
    attentivechrome attention ${run} ${signal} attention.rds
    attentivechrome export attention.rds tracks --settings=${settings}
    """
}

workflow {
    settings = file(params.settings)
    signal = SIGNAL(file(params.samples), file(params.genes),
                    file(params.expression), settings)
    run = TRAIN(signal, settings)
    RESULTS(run, signal, settings)
}
