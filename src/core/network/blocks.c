/* Genes in blocks: what training, prediction and gradients share. */
#include "network/team.h"

static void copy_in(size_t count, const double *from, real *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (real)from[i];
}

static void copy_out(size_t count, const real *from, double *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (double)from[i];
}

/* A team with these parameters, for predictions or gradients. */
static ac_status open_with(team *team, const ac_network *shape, ac_use use,
                           ac_poll poll, const double *parameters, size_t genes)
{
    const ac_status status = team_open(team, shape, use, poll, genes);
    if (status != AC_OK)
        return status;
    copy_in(team->parameter_count, parameters, team->parameters);
    team_pack(team);
    return AC_OK;
}
